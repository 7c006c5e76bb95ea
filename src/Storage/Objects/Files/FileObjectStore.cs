using System.Runtime.CompilerServices;

namespace Twinrunner.Storage.Objects.Files;

/// <summary>
/// Objects as files below one folder; see <see cref="KeyPath"/> for their names. A put writes aside, flushes, and renames: a
/// reader sees the old object or the new one, and after a power cut one of them is there whole.
/// </summary>
public sealed class FileObjectStore : IObjectStore, ILocalObjects
{
    /// <summary>No key has this name.</summary>
    private const string IncomingName = "%incoming";

    private readonly string _root;
    private readonly string _incoming;

    private FileObjectStore(string root) => (_root, _incoming) = (root, Path.Combine(root, IncomingName));

    /// <summary>Opens the folder, or makes it, and deletes what unfinished puts of dead processes left.</summary>
    /// <exception cref="ObjectStoreException">The folder can't be used; the message says why.</exception>
    public static FileObjectStore Open(string root)
    {
        var store = new FileObjectStore(Path.GetFullPath(root));
        try
        {
            Directory.CreateDirectory(store._incoming);
            IncomingFile.Sweep(store._incoming);
            return store;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw FileObjectErrors.Translate(store._root, exception);
        }
    }

    public async Task<ObjectInfo> PutAsync(string key, Stream content, PutOptions options, CancellationToken cancellationToken)
    {
        ObjectKey.Check(key);
        var incoming = Guarded(() => IncomingFile.Create(_incoming));
        await using (incoming.ConfigureAwait(false))
        {
            var (size, sha256) = await incoming.FillAsync(content, cancellationToken).ConfigureAwait(false);
            Verify(key, options, size, sha256);
            return Guarded(() => Place(key, incoming.MoveTo, durable: true, new(key, size, incoming.WrittenAt, sha256)));
        }
    }

    public async Task<ObjectInfo> PutFileAsync(string key, string path, PutOptions options, bool durable, CancellationToken cancellationToken)
    {
        ObjectKey.Check(key);
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.Asynchronous);
        await using (file.ConfigureAwait(false))
        {
            if (TryLink(path) is not { } linked)
                return await PutAsync(key, file, options, cancellationToken).ConfigureAwait(false);
            try
            {
                var (size, sha256) = options.Sha256 is { } known
                    ? (file.Length, known)
                    : await IncomingFile.HashAsync(file, cancellationToken).ConfigureAwait(false);
                Verify(key, options, size, sha256);
                if (durable)
                    RandomAccess.FlushToDisk(file.SafeFileHandle);
                var info = new ObjectInfo(key, size, File.GetLastWriteTimeUtc(file.SafeFileHandle), sha256);
                return Guarded(() => Place(key, target => File.Move(linked, target, overwrite: true), durable, info));
            }
            finally
            {
                File.Delete(linked); // still there after a failure, and when the key had this very file already
            }
        }
    }

    public Task FlushAsync(CancellationToken cancellationToken) => Task.Run(() => Guarded(() =>
    {
        Posix.FlushFileSystem(_root);
        return true;
    }), cancellationToken);

    public Task<Stream?> GetAsync(string key, ByteRange? range, CancellationToken cancellationToken)
    {
        ObjectKey.Check(key);
        if (range is { Offset: < 0 } or { Length: < 0 })
            throw new ArgumentOutOfRangeException(nameof(range), "Offset and length must not be negative.");
        try
        {
            var file = new FileStream(PathOf(key), new FileStreamOptions
            {
                Mode = FileMode.Open,
                Access = FileAccess.Read,
                Share = FileShare.ReadWrite | FileShare.Delete,
                Options = FileOptions.Asynchronous,
                BufferSize = 0,
            });
            return Task.FromResult<Stream?>(range is { } bytes ? new RangeStream(file, bytes) : file);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return Task.FromResult<Stream?>(null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw FileObjectErrors.Translate(_root, exception);
        }
    }

    public Task<ObjectInfo?> HeadAsync(string key, CancellationToken cancellationToken)
    {
        ObjectKey.Check(key);
        return Task.FromResult(Info(key, PathOf(key)));
    }

    public async IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var folderEnd = prefix.LastIndexOf('/') + 1;
        if (folderEnd > 0 && !ObjectKey.IsValid(prefix[..(folderEnd - 1)]))
            yield break; // no key starts like that
        var start = KeyFolder.Read(Path.Combine(_root, KeyPath.OfFolder(prefix[..folderEnd])), prefix[..folderEnd]);
        var open = new Stack<IEnumerator<KeyFolder.Entry>>([start.Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal)).GetEnumerator()]);
        while (open.TryPeek(out var entries))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!entries.MoveNext())
                open.Pop().Dispose();
            else if (entries.Current is { IsFolder: true } folder)
                open.Push((await Task.Run(() => KeyFolder.Read(folder.Path, folder.Key), cancellationToken).ConfigureAwait(false)).AsEnumerable().GetEnumerator());
            else if (Info(entries.Current.Key, entries.Current.Path) is { } info)
                yield return info;
        }
    }

    public Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        ObjectKey.Check(key);
        var path = PathOf(key);
        try
        {
            File.Delete(path);
            DeleteEmptyFolders(Path.GetDirectoryName(path)!);
        }
        catch (DirectoryNotFoundException)
        {
            // There is nothing.
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw FileObjectErrors.Translate(_root, exception);
        }
        return Task.CompletedTask;
    }

    public Task<Uri?> PresignAsync(string key, PresignedVerb verb, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        ObjectKey.Check(key);
        return Task.FromResult<Uri?>(null);
    }

    public string? TryGetPath(string key)
    {
        ObjectKey.Check(key);
        var path = PathOf(key);
        return File.Exists(path) ? path : null;
    }

    private string PathOf(string key) => Path.Combine(_root, KeyPath.OfObject(key));

    private static ObjectInfo? Info(string key, string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? new(key, file.Length, file.LastWriteTimeUtc) : null;
    }

    private static void Verify(string key, PutOptions options, long size, string sha256)
    {
        if (options.ContentLength is { } length && length != size)
            throw new ObjectStoreException($"'{key}' was not stored: {size} bytes came where {length} were announced.");
        if (options.Sha256 is { } expected && !expected.Equals(sha256, StringComparison.OrdinalIgnoreCase))
            throw new ObjectStoreException($"'{key}' was not stored: its SHA-256 is {sha256}, not {expected}. The content was damaged or changed on the way.");
    }

    private string? TryLink(string path)
    {
        if (!OperatingSystem.IsLinux() || !Posix.IsSingleFile(path))
            return null;
        var linked = IncomingFile.NewPath(_incoming);
        if (!Posix.TryLink(path, linked))
            return null;
        try
        {
            File.SetUnixFileMode(linked, IncomingFile.ReadOnly);
            return linked;
        }
        catch (UnauthorizedAccessException)
        {
            File.Delete(linked); // another user's, who could go on writing to it
            return null;
        }
    }

    private ObjectInfo Place(string key, Action<string> move, bool durable, ObjectInfo info)
    {
        var target = PathOf(key);
        var folder = Path.GetDirectoryName(target)!;
        for (var attempt = 1; ; attempt++)
        {
            MakeFolder(folder);
            try
            {
                move(target);
                if (durable)
                    Posix.FlushFolder(folder);
                return info;
            }
            catch (Exception exception) when (attempt < 10 && exception is (DirectoryNotFoundException or FileNotFoundException))
            {
                // A delete found the folder empty in between; which of the two a rename then throws is a matter of the moment.
            }
        }
    }

    /// <summary>Makes the folder and its parents, each durable in the one above.</summary>
    private void MakeFolder(string folder)
    {
        if (folder.Length <= _root.Length || Directory.Exists(folder))
            return;
        var parent = Path.GetDirectoryName(folder)!;
        MakeFolder(parent);
        Directory.CreateDirectory(folder);
        Posix.FlushFolder(parent);
    }

    private void DeleteEmptyFolders(string folder)
    {
        try
        {
            for (; folder.Length > _root.Length; folder = Path.GetDirectoryName(folder)!)
                Directory.Delete(folder);
        }
        catch (IOException)
        {
            // Not empty, or another delete was faster.
        }
    }

    private T Guarded<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw FileObjectErrors.Translate(_root, exception);
        }
    }
}
