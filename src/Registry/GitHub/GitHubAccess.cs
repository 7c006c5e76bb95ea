using Twinrunner.Registry.Credentials;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Secrets;

namespace Twinrunner.Registry.GitHub;

/// <summary>Finds as whom a repository is read: with its owner's token or App, the host's, or as nobody.</summary>
public sealed class GitHubAccess
{
    private readonly CredentialService _credentials;
    private readonly GitHubApps _apps;
    private readonly RegistryOptions _options;

    internal GitHubAccess(CredentialService credentials, GitHubApps apps, RegistryOptions options)
    {
        (_credentials, _apps, _options) = (credentials, apps, options);
    }

    /// <summary>A token that also git takes, as the password of the user <c>x-access-token</c>; null: there is none, or it can't be had now.</summary>
    public async Task<string?> FindTokenAsync(GitHubRepository repository, CancellationToken cancellationToken) =>
        (await FindAsync(repository, cancellationToken)).Identity?.Token;

    internal Task<(GitHubIdentity? Identity, GitHubAnswer? Failure)> FindAsync(GitHubRepository repository, CancellationToken cancellationToken) =>
        FindAsync(
            repository.Host, repository.Owner,
            async app => await _apps.FindAsync(_options.GitHubApi[repository.Host], repository, app, cancellationToken),
            cancellationToken);

    /// <summary>As whom an owner's repositories are read, without one of them: an App as itself.</summary>
    /// <param name="owner">Null: those that have no login of their own.</param>
    internal Task<(GitHubIdentity? Identity, GitHubAnswer? Failure)> FindScopeAsync(string host, string? owner, CancellationToken cancellationToken) =>
        FindAsync(host, owner, app => Task.FromResult(_apps.Sign(host, app)), cancellationToken);

    /// <summary>Another token is asked for at the next look, where that is GitHub's to give.</summary>
    internal void Forget(GitHubIdentity identity) => _apps.Forget(identity);

    private async Task<(GitHubIdentity? Identity, GitHubAnswer? Failure)> FindAsync(
        string host, string? owner, Func<Credential, Task<(GitHubIdentity?, GitHubAnswer?)>> useAppAsync, CancellationToken cancellationToken)
    {
        try
        {
            return await _credentials.FindAsync(CredentialKind.GitHub, host, owner, cancellationToken) switch
            {
                null => (GitHubIdentity.Anonymous, null),
                var credential when GitHubApps.IsKey(credential) => await useAppAsync(credential),
                var credential => (GitHubIdentity.OfToken(credential.Secret.Trim()), null),
            };
        }
        catch (SecretKeyException exception)
        {
            return (null, new GitHubAnswer.Refused(exception.Message));
        }
    }
}
