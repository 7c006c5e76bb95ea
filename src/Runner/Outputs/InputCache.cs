using Microsoft.Win32.SafeHandles;
using Twinrunner.Storage;
using Twinrunner.Storage.Objects;

namespace Twinrunner.Runner.Outputs;

/// <summary>
/// Inputs that this node has downloaded, by their hash, in <c>cache/</c> of the data folder: what several steps take comes over
/// the network once. What was not used for longest makes room.
/// </summary>
public sealed class InputCache : IDisposable
{
    private const int Stripes = 64;

    private readonly string _folder;
    private readonly string _incoming;
    private readonly long _limit;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, Stripes).Select(_ => new SemaphoreSlim(1))];
    private readonly Lock _gate = new();
    private Dictionary<string, (long Size, DateTimeOffset UsedAt)>? _entries;
    private long _total;

    public InputCache(StorageOptions storage, OutputOptions options, TimeProvider time)
    {
        (_limit, _time) = (options.CacheBytes, time);
        _folder = Path.Combine(Path.GetFullPath(storage.DataFolder), "cache");
        _incoming = Path.Combine(_folder, "incoming");
    }

    /// <summary>Is a file of that size kept at all?</summary>
    public bool Takes(long size) => size <= _limit / 2;

    /// <summary>Opens the file with that hash, after it was fetched if it isn't here.</summary>
    /// <param name="fetch">Writes the file's bytes, and throws where they are not those of the hash.</param>
    public async Task<FileStream> OpenAsync(string sha256, long size, Func<SafeFileHandle, Task> fetch, CancellationToken cancellationToken)
    {
        var turn = _turns[Convert.ToInt32(sha256[..2], 16) % Stripes];
        await turn.WaitAsync(cancellationToken);
        try
        {
            if (TryOpen(sha256, size) is { } known)
                return known;
            MakeRoom(sha256, size);
            try
            {
                var incoming = Path.Combine(_incoming, Guid.NewGuid().ToString("N"));
                using (var file = File.OpenHandle(incoming, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.Asynchronous, size))
                    await fetch(file);
                File.Move(incoming, PathOf(sha256), overwrite: true);
                return TryOpen(sha256, size) ?? throw new ObjectStoreException($"The cached input '{PathOf(sha256)}' was removed as soon as it was there.");
            }
            catch
            {
                Forget(sha256);
                throw;
            }
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose()
    {
        foreach (var turn in _turns)
            turn.Dispose();
    }

    private FileStream? TryOpen(string sha256, long size)
    {
        var path = PathOf(sha256);
        try
        {
            var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.Asynchronous);
            if (file.Length == size)
            {
                var now = _time.GetUtcNow();
                File.SetLastWriteTimeUtc(path, now.UtcDateTime); // what the order is known by after a restart
                lock (_gate)
                    Entries()[sha256] = (size, now);
                return file;
            }
            file.Dispose();
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
        }
        return null;
    }

    /// <summary>Counts the file as there, and deletes what was not used for longest until all that is counted fits.</summary>
    private void MakeRoom(string sha256, long size)
    {
        lock (_gate)
        {
            var entries = Entries();
            entries.Remove(sha256, out var replaced);
            _total += size - replaced.Size;
            if (_total > _limit)
            {
                // More than needed, so that not every file sorts them all.
                foreach (var (oldest, entry) in entries.OrderBy(entry => entry.Value.UsedAt).TakeWhile(_ => _total > _limit - _limit / 10).ToList())
                {
                    File.Delete(PathOf(oldest)); // who reads it has it open
                    entries.Remove(oldest);
                    _total -= entry.Size;
                }
            }
            entries[sha256] = (size, _time.GetUtcNow());
        }
    }

    private void Forget(string sha256)
    {
        lock (_gate)
        {
            if (Entries().Remove(sha256, out var entry))
                _total -= entry.Size;
        }
    }

    /// <summary>What is there, read when it is needed first; what an earlier process didn't finish is deleted.</summary>
    private Dictionary<string, (long Size, DateTimeOffset UsedAt)> Entries()
    {
        if (_entries is not null)
            return _entries;
        if (Directory.Exists(_incoming))
            Directory.Delete(_incoming, recursive: true);
        Directory.CreateDirectory(_incoming);
        _entries = new DirectoryInfo(_folder).EnumerateFiles()
            .ToDictionary(file => file.Name, file => (file.Length, new DateTimeOffset(file.LastWriteTimeUtc)));
        _total = _entries.Values.Sum(entry => entry.Size);
        return _entries;
    }

    private string PathOf(string sha256) => Path.Combine(_folder, sha256);
}
