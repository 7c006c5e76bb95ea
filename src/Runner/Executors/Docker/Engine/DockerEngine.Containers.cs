using Twinrunner.Runner.Streams;

namespace Twinrunner.Runner.Executors.Docker.Engine;

public sealed partial class DockerEngine
{
    /// <exception cref="DockerException">Not found: the image is not there. Conflict: the name is taken.</exception>
    public Task<CreatedContainer> CreateContainerAsync(string name, ContainerSpec spec, CancellationToken cancellationToken) =>
        PostAsync(
            "containers/create" + Query(("name", name)),
            Json(spec, EngineJson.Default.ContainerSpec),
            EngineJson.Default.CreatedContainer,
            cancellationToken);

    /// <summary>Does nothing for a container that runs.</summary>
    public Task StartContainerAsync(string container, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, ContainerPath(container, "start"), null, cancellationToken);

    /// <summary>
    /// Both streams from now on, as they are written; ends with the container. Opened before <see cref="StartContainerAsync"/>
    /// it misses nothing. A reader that is slow slows the container down, so nothing piles up.
    /// </summary>
    public async Task<MultiplexedStream> AttachContainerAsync(string container, CancellationToken cancellationToken)
    {
        var path = ContainerPath(container, "attach") + Query(("stream", "1"), ("stdout", "1"), ("stderr", "1"));
        return await MultiplexedStream.OpenAsync(await OpenStreamAsync(HttpMethod.Post, path, null, cancellationToken), keepFrames: false, cancellationToken);
    }

    /// <summary>What the engine has stored of both streams from the start on, and with <paramref name="follow"/> what is added until the container ends; a frame for each message that its log driver was given, with its time and a space before it.</summary>
    public async Task<MultiplexedStream> OpenContainerLogsAsync(string container, bool follow, CancellationToken cancellationToken)
    {
        var path = ContainerPath(container, "logs") + Query(("stdout", "1"), ("stderr", "1"), ("follow", Flag(follow)), ("timestamps", "1"));
        return await MultiplexedStream.OpenAsync(await OpenStreamAsync(HttpMethod.Get, path, null, cancellationToken), keepFrames: true, cancellationToken);
    }

    /// <summary>Returns the exit code once the container does not run; at once, if it doesn't run now.</summary>
    public async Task<long> WaitContainerAsync(string container, CancellationToken cancellationToken)
    {
        // The engine answers with the header at once and with the body at the end, so that losing the connection fails in the body.
        using var response = await OpenStreamAsync(HttpMethod.Post, ContainerPath(container, "wait"), null, cancellationToken);
        try
        {
            var exit = await ReadAsync(response, EngineJson.Default.ContainerExit, cancellationToken);
            return exit.Error?.Message is { } error ? throw new DockerException(error) : exit.StatusCode;
        }
        catch (Exception e) when (IsLostConnection(e) && !cancellationToken.IsCancellationRequested)
        {
            throw new DockerException($"The connection to the engine at {Address} was lost: {e.Message}", e);
        }
    }

    /// <returns>Null: there is no such container.</returns>
    public Task<EngineContainer?> FindContainerAsync(string container, CancellationToken cancellationToken) =>
        FindAsync(ContainerPath(container, "json"), EngineJson.Default.EngineContainer, cancellationToken);

    /// <summary>Every container with these labels (<c>name</c> or <c>name=value</c>), also those that don't run.</summary>
    public Task<IReadOnlyList<ContainerSummary>> ListContainersAsync(IReadOnlyCollection<string> labels, CancellationToken cancellationToken) =>
        GetAsync(
            "containers/json" + Query(("all", "1"), ("filters", Filters("label", labels))),
            EngineJson.Default.IReadOnlyListContainerSummary,
            cancellationToken);

    /// <summary>One sample, without waiting a second for the rate of the processor.</summary>
    public Task<ContainerStats?> FindStatsAsync(string container, CancellationToken cancellationToken) =>
        FindAsync(ContainerPath(container, "stats") + "?stream=0&one-shot=1", EngineJson.Default.ContainerStats, cancellationToken);

    /// <summary>Sends the container's stop signal, waits, and kills it. Returns when it has ended; it is left alone if it doesn't run.</summary>
    /// <param name="grace">Rounded up to seconds.</param>
    public Task StopContainerAsync(string container, TimeSpan grace, CancellationToken cancellationToken) =>
        SendAsync(
            HttpMethod.Post,
            ContainerPath(container, "stop") + Query(("t", ((long)Math.Ceiling(grace.TotalSeconds)).ToString())),
            null,
            cancellationToken);

    /// <exception cref="DockerException">Conflict: it doesn't run.</exception>
    public Task KillContainerAsync(string container, string signal, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, ContainerPath(container, "kill") + Query(("signal", signal)), null, cancellationToken);

    /// <summary>Removes a container, its log and its anonymous volumes; kills it if it runs. Not there, or on its way out: nothing happens.</summary>
    public async Task RemoveContainerAsync(string container, CancellationToken cancellationToken)
    {
        try
        {
            await SendAsync(HttpMethod.Delete, ContainerPath(container, "") + "?v=1&force=1", null, cancellationToken);
        }
        catch (DockerException e) when (e.IsNotFound || e.IsConflict)
        {
        }
    }

    /// <summary>A tar of the file or folder at <paramref name="path"/>; its entries begin with the last part of the path. Works on ended containers too.</summary>
    /// <exception cref="DockerException">Not found: no such path.</exception>
    public async Task<Stream> OpenArchiveAsync(string container, string path, CancellationToken cancellationToken)
    {
        var response = await OpenStreamAsync(HttpMethod.Get, ContainerPath(container, "archive") + Query(("path", path)), null, cancellationToken);
        return new ResponseStream(response, await response.Content.ReadAsStreamAsync(cancellationToken));
    }

    /// <summary>Unpacks a tar into the folder at <paramref name="path"/>, with the owners and modes of its entries.</summary>
    public Task PutArchiveAsync(string container, string path, Stream tar, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Put, ContainerPath(container, "archive") + Query(("path", path)), Tar(tar), cancellationToken);

    private static string ContainerPath(string container, string verb) =>
        $"containers/{Uri.EscapeDataString(container)}" + (verb.Length == 0 ? "" : "/" + verb);

    private static bool IsLostConnection(Exception e) =>
        e is IOException or HttpRequestException or System.Text.Json.JsonException;
}
