namespace Twinrunner.Runner.Executors.Docker.Engine;

public sealed partial class DockerEngine
{
    public Task<CreatedNetwork> CreateNetworkAsync(NetworkSpec network, CancellationToken cancellationToken) =>
        PostAsync("networks/create", Json(network, EngineJson.Default.NetworkSpec), EngineJson.Default.CreatedNetwork, cancellationToken);

    /// <param name="network">Name or id.</param>
    /// <returns>Null: there is none.</returns>
    public Task<EngineNetwork?> FindNetworkAsync(string network, CancellationToken cancellationToken) =>
        FindAsync("networks/" + Uri.EscapeDataString(network), EngineJson.Default.EngineNetwork, cancellationToken);

    public Task<IReadOnlyList<EngineNetwork>> ListNetworksAsync(IReadOnlyCollection<string> labels, CancellationToken cancellationToken) =>
        GetAsync("networks" + Query(("filters", Filters("label", labels))), EngineJson.Default.IReadOnlyListEngineNetwork, cancellationToken);

    public Task ConnectNetworkAsync(string network, string container, EndpointSpec endpoint, CancellationToken cancellationToken) =>
        SendAsync(
            HttpMethod.Post,
            $"networks/{Uri.EscapeDataString(network)}/connect",
            Json(new(container, EndpointConfig: endpoint), EngineJson.Default.NetworkLink),
            cancellationToken);

    /// <param name="force">Also when the container is not running.</param>
    public Task DisconnectNetworkAsync(string network, string container, bool force, CancellationToken cancellationToken) =>
        SendAsync(
            HttpMethod.Post,
            $"networks/{Uri.EscapeDataString(network)}/disconnect",
            Json(new(container, force), EngineJson.Default.NetworkLink),
            cancellationToken);

    /// <summary>Not there: nothing happens.</summary>
    public async Task RemoveNetworkAsync(string network, CancellationToken cancellationToken)
    {
        try
        {
            await SendAsync(HttpMethod.Delete, "networks/" + Uri.EscapeDataString(network), null, cancellationToken);
        }
        catch (DockerException e) when (e.IsNotFound)
        {
        }
    }
}
