namespace Twinrunner.Client;

/// <summary>What may still be asked of GitHub as one identity.</summary>
public sealed record GitHubQuotaView
{
    public required string Host { get; init; }

    /// <summary>For whose repositories it is used; null: for all that have no login of their own.</summary>
    public string? Owner { get; init; }

    /// <summary><c>anonymous</c>, <c>token-</c> with the beginning of the token's hash, <c>app-</c> or <c>installation-</c> with its number.</summary>
    public required string Identity { get; init; }

    /// <summary>Requests an hour; null: GitHub doesn't say.</summary>
    public int? Limit { get; init; }

    public int? Remaining { get; init; }
    public DateTimeOffset? ResetsAt { get; init; }

    /// <summary>Nothing is asked before; null: it is.</summary>
    public DateTimeOffset? WaitsUntil { get; init; }

    /// <summary>Why it can't be used, and what to do; null: it can.</summary>
    public string? Problem { get; init; }
}
