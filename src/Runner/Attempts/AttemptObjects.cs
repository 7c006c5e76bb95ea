using Twinrunner.Storage.Objects;

namespace Twinrunner.Runner.Attempts;

/// <summary>The object store as a helper sees it: addresses that are given to it one by one.</summary>
/// <param name="readable">Addresses of what may be read, by key.</param>
internal sealed class AttemptObjects(AttemptClient client, IReadOnlyDictionary<string, string> readable, TimeProvider time) : IObjectStore
{
    public async Task<ObjectInfo> PutAsync(string key, Stream content, PutOptions options, CancellationToken cancellationToken)
    {
        // S3 takes nothing of unknown length: a manifest, which is made while it is sent, has to be kept first.
        await using var kept = options.ContentLength is null ? await KeepAsync(content, cancellationToken) : null;
        // Its owner may look afterwards whether the file became shorter meanwhile.
        using var body = new HashedBody(kept ?? content, kept?.Length ?? options.ContentLength);
        await client.PutAsync(await client.UploadAddressAsync(key, cancellationToken), body, cancellationToken);
        return options.Sha256 is null || options.Sha256 == body.Sha256
            ? new(key, body.Size, time.GetUtcNow(), body.Sha256)
            : throw new ObjectStoreException($"'{key}' is not what it was said to be.");
    }

    public Task<Stream?> GetAsync(string key, ByteRange? range, CancellationToken cancellationToken) =>
        readable.TryGetValue(key, out var url) ? client.GetAsync(url, cancellationToken) : Task.FromResult<Stream?>(null);

    public Task<ObjectInfo?> HeadAsync(string key, CancellationToken cancellationToken) => throw new NotSupportedException();

    public IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task DeleteAsync(string key, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<Uri?> PresignAsync(string key, PresignedVerb verb, TimeSpan lifetime, CancellationToken cancellationToken) => throw new NotSupportedException();

    private static async Task<FileStream> KeepAsync(Stream content, CancellationToken cancellationToken)
    {
        var file = new FileStream(
            Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 4096, FileOptions.DeleteOnClose);
        await content.CopyToAsync(file, cancellationToken);
        file.Position = 0;
        return file;
    }
}
