using Twinrunner.Registry.Credentials;

namespace Twinrunner.Registry.ImageRegistries;

/// <summary>
/// Docker Hub's own interface (docs.docker.com/reference/api/hub), which tells of tags what the OCI one doesn't: when each was pushed, and its digest.
/// Public repositories only; of private ones the OCI interface tells the names.
/// </summary>
public sealed class DockerHubClient
{
    private const int PageSize = 100;
    private const int MaxPageBytes = 4 << 20;

    private readonly RegistryHttp _http;
    private readonly PullLimits _limits;
    private readonly RegistryOptions _options;
    private readonly TimeProvider _time;

    internal DockerHubClient(RegistryHttp http, PullLimits limits, RegistryOptions options, TimeProvider time) =>
        (_http, _limits, _options, _time) = (http, limits, options, time);

    /// <summary>The newest tags, newest first.</summary>
    public async Task<RegistryAnswer<PublishedTags>> ListTagsAsync(ImageReference repository, int limit, CancellationToken cancellationToken)
    {
        var host = _options.DockerHubApi.Host;
        if (_limits.Until(host, counts: false) is { } until)
            return Limited(until);
        using var limited = new CancellationTokenSource(_options.ImageRegistryTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limited.Token);
        try
        {
            return await ListTagsAsync(repository, limit, host, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new RegistryFailure(RegistryFailureKind.Unreachable, $"{host} gave no whole answer within {_options.ImageRegistryTimeout.TotalSeconds:0.#} s.");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or RedirectRefusedException)
        {
            return new RegistryFailure(RegistryFailureKind.Unreachable, $"{host} can't be reached: {exception.GetBaseException().Message.TrimEnd('.')}.");
        }
    }

    private async Task<RegistryAnswer<PublishedTags>> ListTagsAsync(ImageReference repository, int limit, string host, CancellationToken cancellationToken)
    {
        List<PublishedTag> tags = [];
        for (var page = 1; ; page++)
        {
            // Our own count instead of the answer's "next", which could name any address.
            var address = new Uri(_options.DockerHubApi, $"/v2/repositories/{repository.Path}/tags?page_size={PageSize}&page={page}&ordering=last_updated");
            using var response = await _http.SendAsync(HttpMethod.Get, address, ["application/json"], null, cancellationToken);
            if (_limits.See(host, response) is { } until)
                return Limited(until);
            if ((int)response.StatusCode is 401 or 403 or 404)
                return new RegistryFailure(RegistryFailureKind.Missing, $"Docker Hub has no public repository {repository.ShortRepository}.");
            if (!response.IsSuccessStatusCode)
                return new RegistryFailure(RegistryFailureKind.Unreachable, $"{host} answered {(int)response.StatusCode}.");
            var content = await RegistryHttp.ReadAsync(response, MaxPageBytes, cancellationToken);
            if (content is null || RegistryHttp.Parse(content, RegistryJson.Default.WireHubTags) is not { Results: { } results } read)
                return new RegistryFailure(RegistryFailureKind.Refused, $"{host} answered with something else than tags.");
            tags.AddRange(results.OfType<WireHubTag>().Where(tag => tag.Name is { } name && ImageReference.IsTag(name)).Select(ToTag));
            if (tags.Count >= limit || read.Next is null || results.Count == 0)
                return new PublishedTags(tags.Count <= limit ? tags : tags[..limit], Complete: tags.Count <= limit && read.Next is null);
        }
    }

    private static PublishedTag ToTag(WireHubTag tag) => new(
        tag.Name!,
        tag.Digest is { } digest && ContentDigest.IsValid(digest) ? digest : null,
        tag.LastPushed ?? tag.LastUpdated,
        tag.FullSize);

    private static RegistryFailure Limited(DateTimeOffset until) => new(
        RegistryFailureKind.Limited, $"{CredentialHost.DockerHub} wants no further requests until {until.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC.", until);
}
