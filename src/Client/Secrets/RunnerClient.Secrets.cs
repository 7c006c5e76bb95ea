namespace Twinrunner.Client;

public sealed partial class RunnerClient
{
    private const string Secrets = Api + "secrets";

    /// <summary>Stores a value under a name, in place of the one that was there.</summary>
    public Task<SecretView> SetSecretAsync(string name, SetSecret secret, CancellationToken cancellationToken) =>
        PutAsync($"{Secrets}/{Part(name)}", secret, WireJson.Default.SetSecret, WireJson.Default.SecretView, cancellationToken);

    /// <summary>Names of the stored secrets.</summary>
    public Task<Page<SecretView>> ListSecretsAsync(string? after, int? limit, CancellationToken cancellationToken) =>
        GetAsync(Query(Secrets, ("after", after), ("limit", limit?.ToString())), WireJson.Default.PageSecretView, cancellationToken);

    public Task DeleteSecretAsync(string name, CancellationToken cancellationToken) =>
        DeleteAsync($"{Secrets}/{Part(name)}", cancellationToken);
}
