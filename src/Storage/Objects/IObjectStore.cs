namespace Twinrunner.Storage.Objects;

/// <summary>
/// Bytes under keys: files under one root, or an S3 bucket. Everything streams with constant memory. An object is there
/// complete or not at all. Keys are <c>/</c>-separated, at most 1,024 bytes of UTF-8, without empty, <c>.</c> or <c>..</c> parts.
/// </summary>
public interface IObjectStore
{
    /// <summary>Stores the stream's bytes to its end, replacing what was there. Returns size and SHA-256 of what was stored.</summary>
    /// <exception cref="ObjectStoreException">The store refused or could not be reached; nothing is at the key that was not before.</exception>
    Task<ObjectInfo> PutAsync(string key, Stream content, PutOptions options, CancellationToken cancellationToken);

    /// <summary>
    /// Opens the object, or a range of it; null when there is none. A range ends where the object ends, and is empty when it
    /// begins past that. The caller disposes the stream.
    /// </summary>
    Task<Stream?> GetAsync(string key, ByteRange? range, CancellationToken cancellationToken);

    /// <summary>Size and time of the object, or null.</summary>
    Task<ObjectInfo?> HeadAsync(string key, CancellationToken cancellationToken);

    /// <summary>All objects whose key starts with the prefix, in the order of the keys' bytes.</summary>
    IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Deletes the object; deleting what isn't there succeeds.</summary>
    Task DeleteAsync(string key, CancellationToken cancellationToken);

    /// <summary>An address that anyone may GET or PUT for a while without credentials, or null where the back end has none (files).</summary>
    Task<Uri?> PresignAsync(string key, PresignedVerb verb, TimeSpan lifetime, CancellationToken cancellationToken);
}

/// <param name="ContentLength">Bytes that will come, where known: lets a back end pick one put or a multipart upload. When others come the put fails and stores nothing.</param>
/// <param name="Sha256">Expected SHA-256 in lower-case hex; when the bytes differ the put fails and stores nothing.</param>
public sealed record PutOptions(long? ContentLength = null, string? Sha256 = null, string ContentType = "application/octet-stream");

/// <param name="Size">Bytes.</param>
/// <param name="Sha256">Lower-case hex; only after a put.</param>
public sealed record ObjectInfo(string Key, long Size, DateTimeOffset ModifiedAt, string? Sha256 = null);

/// <param name="Offset">First byte, from 0.</param>
/// <param name="Length">Bytes to read; null: to the end.</param>
public readonly record struct ByteRange(long Offset, long? Length);

public enum PresignedVerb { Get, Put }

/// <summary>The object store refused or can't be reached; the message says what to do.</summary>
public sealed class ObjectStoreException(string message, Exception? inner = null) : Exception(message, inner);
