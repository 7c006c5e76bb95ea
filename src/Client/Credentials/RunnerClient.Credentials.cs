namespace Twinrunner.Client;

public sealed partial class RunnerClient
{
    private const string Credentials = Api + "credentials";

    /// <summary>Stores a login, in place of the one of that kind, host and owner.</summary>
    public Task<CredentialView> SetCredentialAsync(SetCredential credential, CancellationToken cancellationToken) =>
        PutAsync(Credentials, credential, WireJson.Default.SetCredential, WireJson.Default.CredentialView, cancellationToken);

    /// <summary>The stored logins, without their secrets.</summary>
    public Task<Page<CredentialView>> ListCredentialsAsync(string? after, int? limit, CancellationToken cancellationToken) =>
        GetAsync(Query(Credentials, ("after", after), ("limit", limit?.ToString())), WireJson.Default.PageCredentialView, cancellationToken);

    public Task DeleteCredentialAsync(string id, CancellationToken cancellationToken) =>
        DeleteAsync($"{Credentials}/{Part(id)}", cancellationToken);
}
