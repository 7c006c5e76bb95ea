using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Twinrunner.Runner.Executors.Docker.Engine;

public sealed partial class DockerEngine
{
    /// <summary>The newest API version that the engine speaks.</summary>
    public async Task<Version> PingAsync(CancellationToken cancellationToken)
    {
        using var response = await OpenAsync(new(HttpMethod.Get, "_ping"), HttpCompletionOption.ResponseContentRead, cancellationToken);
        return response.Headers.TryGetValues("Api-Version", out var values) && Version.TryParse(values.First(), out var version)
            ? version
            : throw new DockerException(response.StatusCode, $"What listens at {Address} is not a Docker engine: its /_ping has no Api-Version.");
    }

    public Task<EngineVersion> VersionAsync(CancellationToken cancellationToken) =>
        GetAsync("version", EngineJson.Default.EngineVersion, cancellationToken);

    public Task<EngineInfo> InfoAsync(CancellationToken cancellationToken) =>
        GetAsync("info", EngineJson.Default.EngineInfo, cancellationToken);

    /// <summary>What happens to objects with these labels (<c>name=value</c>), from now on until the connection ends.</summary>
    public async IAsyncEnumerable<EngineEvent> EventsAsync(
        IReadOnlyCollection<string> labels, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var query = Query(("filters", Filters("label", labels)));
        using var response = await OpenStreamAsync(HttpMethod.Get, "events" + query, null, cancellationToken);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var events = JsonSerializer.DeserializeAsyncEnumerable(body, EngineJson.Default.EngineEvent, topLevelValues: true, cancellationToken);
        await foreach (var e in events)
        {
            if (e is not null)
                yield return e;
        }
    }
}
