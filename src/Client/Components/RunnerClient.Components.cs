namespace Twinrunner.Client;

public sealed partial class RunnerClient
{
    private const string Components = Api + "components";

    /// <summary>Adds a component, or looks for new versions of one that is there.</summary>
    /// <exception cref="ApiException">The source can't be used, or the name is another component's.</exception>
    public Task<ComponentChangeView> AddComponentAsync(NewComponent component, CancellationToken cancellationToken, string? idempotencyKey = null) =>
        PostAsync(Components, component, WireJson.Default.NewComponent, WireJson.Default.ComponentChangeView, cancellationToken, idempotencyKey);

    /// <summary>Components, newest first.</summary>
    /// <param name="search">Words that name, description, tags, type, author, licence or repository hold, all of them; <c>tag:geo</c>, <c>type:</c>, <c>author:</c>, <c>license:</c> and <c>name:</c> look in one field.</param>
    public Task<Page<ComponentView>> ListComponentsAsync(string? search, string? after, int? limit, CancellationToken cancellationToken) =>
        GetAsync(Query(Components, ("search", search), ("after", after), ("limit", limit?.ToString())), WireJson.Default.PageComponentView, cancellationToken);

    /// <param name="component">Id or name.</param>
    /// <returns>Null: there is no such component.</returns>
    public Task<ComponentView?> FindComponentAsync(string component, CancellationToken cancellationToken) =>
        FindAsync($"{Components}/{Part(component)}", WireJson.Default.ComponentView, cancellationToken);

    /// <summary>Looks for new versions where the component comes from.</summary>
    public Task<ComponentChangeView> RefreshComponentAsync(string component, CancellationToken cancellationToken) =>
        PostAsync($"{Components}/{Part(component)}/refresh", WireJson.Default.ComponentChangeView, cancellationToken);

    /// <summary>Has all components looked at that are followed.</summary>
    public Task<SyncRequestView> SyncComponentsAsync(CancellationToken cancellationToken) =>
        PostAsync($"{Components}/sync", WireJson.Default.SyncRequestView, cancellationToken);

    /// <summary>Forgets a component that never had a version.</summary>
    /// <exception cref="ApiException">Also when it has versions.</exception>
    public Task RemoveComponentAsync(string component, CancellationToken cancellationToken) =>
        DeleteAsync($"{Components}/{Part(component)}", cancellationToken);

    public Task<ComponentView> DeprecateComponentAsync(string component, CancellationToken cancellationToken) =>
        PostAsync($"{Components}/{Part(component)}/deprecate", WireJson.Default.ComponentView, cancellationToken);

    public Task<ComponentView> ReactivateComponentAsync(string component, CancellationToken cancellationToken) =>
        PostAsync($"{Components}/{Part(component)}/reactivate", WireJson.Default.ComponentView, cancellationToken);

    /// <summary>Versions of a component in semantic order, the latest first.</summary>
    public Task<Page<VersionView>> ListVersionsAsync(string component, string? after, int? limit, CancellationToken cancellationToken) =>
        GetAsync(Query($"{Components}/{Part(component)}/versions", ("after", after), ("limit", limit?.ToString())), WireJson.Default.PageVersionView, cancellationToken);

    /// <param name="version">Name, id, <c>latest</c>, <c>stable</c>, or at least seven digits of the commit.</param>
    /// <returns>Null: there is no such version.</returns>
    public Task<VersionView?> FindVersionAsync(string component, string version, CancellationToken cancellationToken) =>
        FindAsync(VersionPath(component, version), WireJson.Default.VersionView, cancellationToken);

    public Task<VersionView> DeprecateVersionAsync(string component, string version, CancellationToken cancellationToken) =>
        PostAsync($"{VersionPath(component, version)}/deprecate", WireJson.Default.VersionView, cancellationToken);

    public Task<VersionView> ReactivateVersionAsync(string component, string version, CancellationToken cancellationToken) =>
        PostAsync($"{VersionPath(component, version)}/reactivate", WireJson.Default.VersionView, cancellationToken);

    /// <summary>Says that a version must not be used any more.</summary>
    public Task<VersionView> YankVersionAsync(string component, string version, string reason, CancellationToken cancellationToken) =>
        PostAsync($"{VersionPath(component, version)}/yank", new YankVersion(reason), WireJson.Default.YankVersion, WireJson.Default.VersionView, cancellationToken);

    /// <summary>Takes a yank back.</summary>
    public Task<VersionView> UnyankVersionAsync(string component, string version, CancellationToken cancellationToken) =>
        PostAsync($"{VersionPath(component, version)}/unyank", WireJson.Default.VersionView, cancellationToken);

    /// <summary>What the last build of the version's image printed. The caller disposes the stream.</summary>
    /// <exception cref="ApiException">Also when it was never built here.</exception>
    public async Task<Stream> OpenBuildLogAsync(string component, string version, CancellationToken cancellationToken)
    {
        var response = await OpenAsync($"{VersionPath(component, version)}/build-log", null, cancellationToken).ConfigureAwait(false);
        return await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
    }

    private static string VersionPath(string component, string version) => $"{Components}/{Part(component)}/versions/{Part(version)}";
}
