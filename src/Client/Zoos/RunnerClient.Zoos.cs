namespace Twinrunner.Client;

public sealed partial class RunnerClient
{
    private const string Zoos = Api + "zoos";

    /// <summary>Follows a list of repositories. Their components are known at once, and looked at by and by.</summary>
    /// <exception cref="ApiException">The index can't be read, or the name is another zoo's.</exception>
    public Task<ZooView> AddZooAsync(NewZoo zoo, CancellationToken cancellationToken) =>
        PostAsync(Zoos, zoo, WireJson.Default.NewZoo, WireJson.Default.ZooView, cancellationToken);

    /// <summary>Zoos, newest first.</summary>
    public Task<Page<ZooView>> ListZoosAsync(string? after, int? limit, CancellationToken cancellationToken) =>
        GetAsync(Query(Zoos, ("after", after), ("limit", limit?.ToString())), WireJson.Default.PageZooView, cancellationToken);

    /// <param name="zoo">Id or name.</param>
    /// <returns>Null: there is no such zoo.</returns>
    public Task<ZooView?> FindZooAsync(string zoo, CancellationToken cancellationToken) =>
        FindAsync($"{Zoos}/{Part(zoo)}", WireJson.Default.ZooView, cancellationToken);

    /// <summary>Reads its index now.</summary>
    public Task<ZooView> RefreshZooAsync(string zoo, CancellationToken cancellationToken) =>
        PostAsync($"{Zoos}/{Part(zoo)}/refresh", WireJson.Default.ZooView, cancellationToken);

    /// <summary>Follows it no longer. Its components stay.</summary>
    public Task RemoveZooAsync(string zoo, CancellationToken cancellationToken) => DeleteAsync($"{Zoos}/{Part(zoo)}", cancellationToken);
}
