using System.Buffers;
using System.Security.Cryptography;

namespace Twinrunner.Storage.Objects.Files;

/// <summary>A file that is still written. It is locked while its process lives, and deleted unless it was moved to its key.</summary>
internal sealed class IncomingFile : IAsyncDisposable
{
    /// <summary>Objects don't change: not even for somebody who reached one through a hard link.</summary>
    public const UnixFileMode ReadOnly = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private const int BufferSize = 128 * 1024;

    private readonly string _path;
    private readonly FileStream _file;

    private IncomingFile(string path)
    {
        _path = path;
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.None, // takes a lock that the system drops with the process: see Sweep
            Options = FileOptions.Asynchronous,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = ReadOnly;
        _file = new(path, options);
    }

    public DateTimeOffset WrittenAt => File.GetLastWriteTimeUtc(_file.SafeFileHandle);

    public static IncomingFile Create(string folder) => new(NewPath(folder));

    public static string NewPath(string folder) => Path.Combine(folder, Path.GetRandomFileName());

    /// <summary>Deletes what processes left that have died.</summary>
    public static void Sweep(string folder)
    {
        foreach (var path in Directory.EnumerateFiles(folder))
        {
            try
            {
                using var leftOver = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.None);
                File.Delete(path);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Its process lives and holds the lock, or it is another user's.
            }
        }
    }

    /// <summary>Hashes a stream without storing it.</summary>
    public static Task<(long Size, string Sha256)> HashAsync(Stream content, CancellationToken cancellationToken) =>
        CopyAsync(content, null, cancellationToken);

    /// <summary>Writes the stream to its end and flushes it to the disk.</summary>
    public async Task<(long Size, string Sha256)> FillAsync(Stream content, CancellationToken cancellationToken)
    {
        var written = await CopyAsync(content, _file, cancellationToken).ConfigureAwait(false);
        RandomAccess.FlushToDisk(_file.SafeFileHandle);
        return written;
    }

    /// <summary>Gives the file its place; from now on it is the object.</summary>
    public void MoveTo(string target) => File.Move(_path, target, overwrite: true);

    public async ValueTask DisposeAsync()
    {
        await _file.DisposeAsync().ConfigureAwait(false);
        File.Delete(_path); // does nothing once it was moved
    }

    private static async Task<(long Size, string Sha256)> CopyAsync(Stream content, FileStream? file, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            long size = 0;
            while (await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var count)
            {
                hash.AppendData(buffer.AsSpan(0, count));
                if (file is not null)
                    await WriteAsync(file, buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
                size += count;
            }
            return (size, Convert.ToHexStringLower(hash.GetCurrentHash()));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Tells the store's trouble from the content's: only what fails here is an <see cref="ObjectStoreException"/>.</summary>
    private static async Task WriteAsync(FileStream file, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await file.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException exception)
        {
            throw FileObjectErrors.Translate(Path.GetDirectoryName(file.Name)!, exception);
        }
    }
}
