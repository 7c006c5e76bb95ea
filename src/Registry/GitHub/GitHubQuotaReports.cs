using Twinrunner.Registry.Credentials;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Registry.GitHub;

/// <summary>Asks GitHub what is left for each login, which costs nothing. So another copy of the server says the same, and a login that doesn't work shows.</summary>
public sealed class GitHubQuotaReports
{
    private const int PageSize = 100, MaxAtOnce = 8;

    private readonly GitHubClient _client;
    private readonly GitHubAccess _access;
    private readonly GitHubQuotas _quotas;
    private readonly CredentialService _credentials;
    private readonly RegistryOptions _options;

    internal GitHubQuotaReports(GitHubClient client, GitHubAccess access, GitHubQuotas quotas, CredentialService credentials, RegistryOptions options) =>
        (_client, _access, _quotas, _credentials, _options) = (client, access, quotas, credentials, options);

    /// <summary>By host; what no owner has of its own first.</summary>
    public async Task<IReadOnlyList<GitHubQuotaReport>> ListAsync(CancellationToken cancellationToken)
    {
        var scopes = await ScopesAsync(cancellationToken);
        var reports = new GitHubQuotaReport[scopes.Count];
        await Parallel.ForAsync(0, scopes.Count, new ParallelOptions { MaxDegreeOfParallelism = MaxAtOnce, CancellationToken = cancellationToken }, async (i, token) =>
            reports[i] = await AskAsync(scopes[i].Host, scopes[i].Owner, token));
        // Which installations an App has shows when their repositories are read.
        return [.. reports, .. from quota in _quotas.All
                               where quota.IsInstallation
                               orderby quota.Host, quota.Identity
                               select new GitHubQuotaReport(quota.Host, null, quota.Identity, quota.State, null)];
    }

    private async Task<List<(string Host, string? Owner)>> ScopesAsync(CancellationToken cancellationToken)
    {
        // Hosts without a login are read as nobody.
        List<(string Host, string? Owner)> scopes = [.. _options.GitHubApi.Keys.Select(host => (host, (string?)null))];
        Id<StoredCredential>? before = null;
        while (true)
        {
            var page = await _credentials.ListAsync(before, PageSize, cancellationToken);
            scopes.AddRange(
                from credential in page
                where credential.Kind == CredentialKind.GitHub && credential.Owner.Length > 0 && _options.GitHubApi.ContainsKey(credential.Host)
                select (credential.Host, (string?)credential.Owner));
            if (page.Count < PageSize)
                return [.. scopes.OrderBy(scope => scope.Host, StringComparer.Ordinal).ThenBy(scope => scope.Owner, StringComparer.Ordinal)];
            before = page[^1].Id;
        }
    }

    private async Task<GitHubQuotaReport> AskAsync(string host, string? owner, CancellationToken cancellationToken)
    {
        var (identity, refused) = await _access.FindScopeAsync(host, owner, cancellationToken);
        if (identity is null)
            return new(host, owner, "unknown", default, Sentence(refused!));
        var failure = identity.IsApp
            ? (await _client.AppAsync(host, identity, cancellationToken)).Failure
            : (await _client.RateLimitAsync(host, identity, cancellationToken)).Failure;
        // When the limit is used up, nothing is asked, and the quota knows until when.
        return new(host, owner, identity.Name, _quotas.For(host, identity).State, Sentence(failure));
    }

    /// <summary>Gone: an Enterprise server without limits has none to tell.</summary>
    private static string? Sentence(GitHubAnswer? failure) => failure switch
    {
        GitHubAnswer.Refused refused => refused.Sentence,
        GitHubAnswer.Unreachable unreachable => unreachable.Sentence,
        _ => null,
    };
}
