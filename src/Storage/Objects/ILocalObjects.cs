namespace Twinrunner.Storage.Objects;

/// <summary>What an object store on this machine's own file system can do besides: share files instead of copying them.</summary>
public interface ILocalObjects
{
    /// <summary>
    /// Path of the object's file, or null when there is none. Reflink or copy it freely; hard-link it only to where nobody
    /// can write, since a link shares the bytes. The file is never changed in place: a put makes a new one.
    /// </summary>
    string? TryGetPath(string key);

    /// <summary>
    /// Stores a file by hard link where that is safe (same file system, a regular file of ours without other links), else by
    /// copying. The file stays where it is, becomes read-only where it was linked, and must not be written any more.
    /// </summary>
    /// <param name="options">Where <see cref="PutOptions.Sha256"/> is given, a linked file is not read again: say only what you have just read.</param>
    /// <param name="durable">False: it survives a power cut only after <see cref="FlushAsync"/>, which for many files costs far less than flushing each.</param>
    /// <exception cref="ObjectStoreException">As for <see cref="IObjectStore.PutAsync"/>.</exception>
    Task<ObjectInfo> PutFileAsync(string key, string path, PutOptions options, bool durable, CancellationToken cancellationToken);

    /// <summary>Makes everything that was put so far survive a power cut.</summary>
    Task FlushAsync(CancellationToken cancellationToken);
}
