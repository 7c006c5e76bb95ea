using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Twinrunner.Runner.Executors.Docker.Engine;

public sealed partial class DockerEngine
{
    /// <param name="reference">Name with tag or digest, or an id.</param>
    /// <returns>Null: the engine doesn't have it.</returns>
    public Task<EngineImage?> FindImageAsync(string reference, CancellationToken cancellationToken) =>
        FindAsync($"images/{EscapeReference(reference)}/json", EngineJson.Default.EngineImage, cancellationToken);

    /// <summary>Pulls one image.</summary>
    /// <param name="reference">Name with a tag or digest; without both, <c>latest</c>.</param>
    /// <param name="credentials">Null: none.</param>
    public async Task PullImageAsync(
        string reference, RegistryAuth? credentials, Func<EngineProgress, ValueTask> onProgress, CancellationToken cancellationToken)
    {
        var image = ImageName.Parse(reference);
        var prefix = _prefix ?? await NegotiateAsync(cancellationToken);
        var request = new HttpRequestMessage(
            HttpMethod.Post,
            prefix + "images/create" + Query(("fromImage", image.Repository), ("tag", image.Digest ?? image.Tag)));
        if (credentials is not null)
            request.Headers.Add("X-Registry-Auth", HeaderValue(credentials, EngineJson.Default.RegistryAuth));
        using var response = await OpenAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await ReadProgressAsync(response, onProgress, cancellationToken);
    }

    /// <summary>Pushes one tag of an image.</summary>
    /// <param name="credentials">Null: none.</param>
    /// <returns>Digest of its manifest in the image registry.</returns>
    public async Task<string> PushImageAsync(
        ImageName image, RegistryAuth? credentials, Func<EngineProgress, ValueTask> onProgress, CancellationToken cancellationToken)
    {
        var prefix = _prefix ?? await NegotiateAsync(cancellationToken);
        var request = new HttpRequestMessage(HttpMethod.Post, $"{prefix}images/{EscapeReference(image.Repository)}/push" + Query(("tag", image.Tag)));
        // Without the header the engine refuses; an empty one is "no login".
        request.Headers.Add("X-Registry-Auth", HeaderValue(credentials ?? new(), EngineJson.Default.RegistryAuth));
        using var response = await OpenAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        string? digest = null;
        await ReadProgressAsync(
            response,
            progress =>
            {
                digest = progress.Result?.Digest ?? digest;
                return onProgress(progress);
            },
            cancellationToken);
        return digest ?? throw new DockerException("The push ended without a digest.");
    }

    /// <summary>Builds an image from a context: a tar, plain or gzip, with the Dockerfile in it. Cancelling stops the build.</summary>
    /// <param name="onLine">Gets what the build prints, line by line, and the progress of base images.</param>
    /// <returns>The image's id, <c>sha256:…</c>.</returns>
    /// <exception cref="DockerException">Also when a command of the Dockerfile fails: <see cref="DockerException.Status"/> is then null.</exception>
    public async Task<string> BuildImageAsync(
        Stream tarContext, BuildOptions options, Func<string, ValueTask> onLine, CancellationToken cancellationToken)
    {
        var prefix = _prefix ?? await NegotiateAsync(cancellationToken);
        var request = new HttpRequestMessage(HttpMethod.Post, prefix + "build" + BuildQuery(options)) { Content = Tar(tarContext) };
        if (options.Credentials.Count > 0)
            request.Headers.Add("X-Registry-Config", HeaderValue(options.Credentials, EngineJson.Default.IReadOnlyDictionaryStringRegistryAuth));
        using var response = await OpenAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);

        string? built = null;
        var lines = new BuildLines(onLine);
        await ReadProgressAsync(
            response,
            async progress =>
            {
                built = progress.Result?.Id ?? built;
                await lines.AddAsync(progress);
            },
            cancellationToken);
        await lines.FlushAsync();
        return built ?? throw new DockerException("The build ended without an image.");
    }

    /// <summary>Makes an image of one layer from a tar of its file system.</summary>
    /// <param name="changes">Lines of a Dockerfile: <c>ENV</c>, <c>CMD</c>, <c>LABEL</c> …</param>
    /// <returns>The image's id.</returns>
    public async Task<string> ImportImageAsync(
        Stream tar, string repository, string tag, IReadOnlyList<string> changes, CancellationToken cancellationToken)
    {
        var query = Query(("fromSrc", "-"), ("repo", repository), ("tag", tag)) + string.Concat(changes.Select(c => "&changes=" + Uri.EscapeDataString(c)));
        using var response = await OpenStreamAsync(HttpMethod.Post, "images/create" + query, Tar(tar), cancellationToken);
        string? id = null;
        await ReadProgressAsync(
            response,
            progress =>
            {
                id = progress.Status is { } status && status.StartsWith("sha256:", StringComparison.Ordinal) ? status : id;
                return ValueTask.CompletedTask;
            },
            cancellationToken);
        return id ?? throw new DockerException("The import ended without an image.");
    }

    /// <summary>Gives an image a further name.</summary>
    public Task TagImageAsync(string reference, string repository, string tag, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, $"images/{EscapeReference(reference)}/tag" + Query(("repo", repository), ("tag", tag)), null, cancellationToken);

    /// <param name="labels"><c>name</c> or <c>name=value</c>; all must match.</param>
    public Task<IReadOnlyList<ImageSummary>> ListImagesAsync(IReadOnlyCollection<string> labels, CancellationToken cancellationToken) =>
        GetAsync("images/json" + Query(("filters", Filters("label", labels))), EngineJson.Default.IReadOnlyListImageSummary, cancellationToken);

    /// <summary>Removes a name of an image, and the image with its last name. Not there: nothing happens.</summary>
    public async Task RemoveImageAsync(string reference, bool force, CancellationToken cancellationToken)
    {
        try
        {
            await SendAsync(HttpMethod.Delete, $"images/{EscapeReference(reference)}" + Query(("force", Flag(force))), null, cancellationToken);
        }
        catch (DockerException e) when (e.IsNotFound)
        {
        }
    }

    private static string BuildQuery(BuildOptions options)
    {
        var query = Query(
            ("dockerfile", options.Dockerfile),
            ("labels", options.Labels.Count == 0 ? null : JsonSerializer.Serialize(options.Labels, EngineJson.Default.IReadOnlyDictionaryStringString)),
            ("buildargs", options.BuildArguments.Count == 0 ? null : JsonSerializer.Serialize(options.BuildArguments, EngineJson.Default.IReadOnlyDictionaryStringString)),
            ("target", options.Target),
            ("nocache", Flag(options.NoCache)),
            ("pull", Flag(options.Pull)),
            ("memory", options.Memory?.ToString()),
            ("memswap", options.Memory?.ToString()),
            ("networkmode", options.Network),
            ("rm", "1"),
            ("forcerm", "1"));
        return query + string.Concat(options.Tags.Select(t => "&t=" + Uri.EscapeDataString(t)));
    }

    private async Task ReadProgressAsync(HttpResponseMessage response, Func<EngineProgress, ValueTask> onProgress, CancellationToken cancellationToken)
    {
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            var messages = JsonSerializer.DeserializeAsyncEnumerable(body, EngineJson.Default.EngineProgress, topLevelValues: true, cancellationToken);
            await foreach (var message in messages)
            {
                if (message?.ErrorDetail?.Message is { } detail)
                    throw new DockerException(detail);
                if (message?.Error is { } error)
                    throw new DockerException(error);
                if (message is not null)
                    await onProgress(message);
            }
        }
        catch (Exception e) when (e is IOException or HttpRequestException && !cancellationToken.IsCancellationRequested)
        {
            throw new DockerException($"The connection to the engine at {Address} was lost: {e.Message}", e);
        }
    }

    /// <summary>URL-safe base64 with padding: without it the engine takes the header for no credentials at all.</summary>
    private static string HeaderValue<T>(T value, JsonTypeInfo<T> type) =>
        Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(value, type)).Replace('+', '-').Replace('/', '_');

    /// <summary>References keep their slashes and colons in a path; anything else that could change the path is escaped.</summary>
    private static string EscapeReference(string reference) =>
        string.Join('/', reference.Split('/').Select(part => part is "." or ".."
            ? throw new DockerException(HttpStatusCode.BadRequest, $"'{reference}' is not the name of an image.")
            : Uri.EscapeDataString(part)));
}
