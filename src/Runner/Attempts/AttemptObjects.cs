using Twinrunner.Storage.Objects;

namespace Twinrunner.Runner.Attempts;

/// <summary>The object store as a helper sees it: addresses that are given to it one by one.</summary>
/// <param name="readable">Addresses of what may be read, by key.</param>
internal sealed class AttemptObjects(AttemptClient client, IReadOnlyDictionary<string, string> readable, TimeProvider time) : IObjectStore
{
    public async Task<ObjectInfo> PutAsync(string key, Stream content, PutOptions options, CancellationToken cancellationToken)
    {
        await client.PutAsync(await client.UploadAddressAsync(key, cancellationToken), content, options.ContentLength, cancellationToken);
        return new(key, options.ContentLength ?? 0, time.GetUtcNow());
    }

    public Task<Stream?> GetAsync(string key, ByteRange? range, CancellationToken cancellationToken) =>
        readable.TryGetValue(key, out var url) ? client.GetAsync(url, cancellationToken) : Task.FromResult<Stream?>(null);

    public Task<ObjectInfo?> HeadAsync(string key, CancellationToken cancellationToken) => throw new NotSupportedException();

    public IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task DeleteAsync(string key, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<Uri?> PresignAsync(string key, PresignedVerb verb, TimeSpan lifetime, CancellationToken cancellationToken) => throw new NotSupportedException();
}
