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

    internal async Task<(GitHubIdentity? Identity, GitHubAnswer? Failure)> FindAsync(GitHubRepository repository, CancellationToken cancellationToken)
    {
        Credential? credential;
        try
        {
            credential = await _credentials.FindAsync(CredentialKind.GitHub, repository.Host, repository.Owner, cancellationToken);
        }
        catch (SecretKeyException exception)
        {
            return (null, new GitHubAnswer.Refused(exception.Message));
        }
        if (credential is null)
            return (GitHubIdentity.Anonymous, null);
        return GitHubApps.IsKey(credential)
            ? await _apps.FindAsync(_options.GitHubApi[repository.Host], repository, credential, cancellationToken)
            : (GitHubIdentity.OfToken(credential.Secret.Trim()), null);
    }
}
