using System.Net;
using Twinrunner.Registry.Credentials;
using Twinrunner.Registry.ImageRegistries;
using Twinrunner.Runner.Executors.Docker;
using Twinrunner.Runner.Executors.Docker.Engine;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Secrets;

namespace Twinrunner.Runner.Credentials;

/// <summary>The logins that were stored here (<c>twin credential</c>); where there is none, those of the docker command on this machine.</summary>
internal sealed class StoredLogins(CredentialService credentials, DockerConfigLogins others) : IRegistryLogins
{
    public async Task<RegistryAuth?> FindAsync(ImageName image, CancellationToken cancellationToken)
    {
        try
        {
            return ImageReference.TryParse(image.Repository, out var reference, out _)
                && await credentials.FindAsync(CredentialKind.ImageRegistry, reference.Host, reference.Owner, cancellationToken) is { } stored
                ? ToLogin(reference.Host, stored)
                : await others.FindAsync(image, cancellationToken);
        }
        catch (SecretKeyException exception)
        {
            throw new DockerException(HttpStatusCode.Unauthorized, exception.Message);
        }
    }

    public async Task<IReadOnlyDictionary<string, RegistryAuth>> AllAsync(CancellationToken cancellationToken)
    {
        try
        {
            var all = new Dictionary<string, RegistryAuth>(await others.AllAsync(cancellationToken));
            foreach (var (host, stored) in await credentials.ImageRegistriesAsync(cancellationToken))
                all[host == CredentialService.DockerHub ? DockerConfigLogins.DockerHubKey : host] = ToLogin(host, stored);
            return all;
        }
        catch (SecretKeyException exception)
        {
            throw new DockerException(HttpStatusCode.Unauthorized, exception.Message);
        }
    }

    private static RegistryAuth ToLogin(string host, Credential credential) => new()
    {
        Username = credential.UserName,
        Password = credential.Secret,
        ServerAddress = host == CredentialService.DockerHub ? DockerConfigLogins.DockerHubKey : host,
    };
}
