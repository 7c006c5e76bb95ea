using System.Diagnostics.CodeAnalysis;

namespace Twinrunner.Registry.GitHub;

/// <summary>One request, without who sends it where.</summary>
/// <param name="Host">The host that people see, for messages and quotas.</param>
/// <param name="Stamp">Of what is known already; null: give it whole.</param>
internal sealed record GitHubCall(string Host, Uri Uri, GitHubIdentity Identity, GitHubStamp? Stamp = null)
{
    public HttpMethod Method { get; init; } = HttpMethod.Get;
}

/// <summary>What a request was answered: a value, "not modified", or a failure.</summary>
internal sealed record GitHubReply<T> where T : class
{
    public T? Value { get; init; }

    /// <summary>What is known already still holds.</summary>
    public bool IsUnchanged { get; init; }

    public GitHubStamp Stamp { get; init; } = new(null, null);

    /// <summary>The list goes on; null: the answer doesn't say.</summary>
    public bool? HasNext { get; init; }

    /// <summary><see cref="GitHubAnswer.Gone"/>, <see cref="GitHubAnswer.Refused"/>, <see cref="GitHubAnswer.Limited"/> or <see cref="GitHubAnswer.Unreachable"/>.</summary>
    public GitHubAnswer? Failure { get; init; }

    [MemberNotNullWhen(true, nameof(Value))]
    public bool HasValue => Value is not null;
}
