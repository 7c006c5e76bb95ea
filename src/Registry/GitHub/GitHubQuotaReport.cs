namespace Twinrunner.Registry.GitHub;

/// <summary>What one identity may still spend at one host.</summary>
/// <param name="Owner">For whose repositories it is used; null: for all that have no login of their own.</param>
/// <param name="Identity"><c>anonymous</c>, <c>token-…</c>, <c>app-…</c> or <c>installation-…</c>.</param>
/// <param name="Problem">Why nothing is known, and what to do; null: it can be used.</param>
public sealed record GitHubQuotaReport(string Host, string? Owner, string Identity, GitHubQuotaState State, string? Problem);
