using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;

namespace Twinrunner.Registry.Sources;

/// <summary>
/// Writes a tree of files as a tar that is the same for the same files: sorted by who calls, one time, no owners. What could
/// harm whoever unpacks it (paths and links out of the tree) is left out with a warning.
/// </summary>
internal sealed class TreeArchive(Stream destination, RegistryOptions options) : IAsyncDisposable
{
    private const int MaxWarnings = 20;
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Not 1970: zip, and with it Python's wheels, can't say a year before 1980.</summary>
    private static readonly DateTimeOffset FileTime = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly byte[] LargeFilePointer = "version https://git-lfs.github.com/spec/"u8.ToArray();

    private readonly TarWriter _tar = new(destination, TarEntryFormat.Pax, leaveOpen: true);
    private readonly IncrementalHash _content = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly HashSet<string> _paths = new(StringComparer.Ordinal);
    private readonly List<string> _warnings = [];
    private long _bytes;

    public ArchiveReport Report => new(_paths, _warnings);

    /// <summary>Hash of all paths, modes and contents so far, 64 hex digits.</summary>
    public string ContentHash => Convert.ToHexStringLower(_content.GetCurrentHash());

    public void Warn(string warning)
    {
        if (_warnings.Count < MaxWarnings)
            _warnings.Add(warning);
    }

    /// <summary>False: the file has no place in the archive; its bytes were not read.</summary>
    public async Task<bool> AddFileAsync(string path, bool executable, long size, Stream content, CancellationToken cancellationToken)
    {
        if (!Accept(path))
            return false;
        _bytes += size;
        if (_bytes > options.MaxArchiveBytes)
            throw new SourceException($"The component's files have more than {options.MaxArchiveBytes >> 20} MiB together. Keep data out of its repository.");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var entry = new PaxTarEntry(TarEntryType.RegularFile, path)
        {
            Mode = executable ? Readable | Executable : Readable,
            ModificationTime = FileTime,
            DataStream = size == 0 ? null : new BoundedStream(await NoticePointerAsync(path, size, content, cancellationToken), size, hash),
        };
        await _tar.WriteEntryAsync(entry, cancellationToken);
        Note(executable ? "100755" : "100644", path, hash.GetHashAndReset());
        return true;
    }

    public async Task AddLinkAsync(string path, string target, CancellationToken cancellationToken)
    {
        if (!StaysInside(path, target))
            Warn($"The link '{path}' leads out of the component's folder and is left out.");
        else if (Accept(path))
        {
            await _tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.SymbolicLink, path) { LinkName = target, ModificationTime = FileTime }, cancellationToken);
            Note("120000", path, SHA256.HashData(Encoding.UTF8.GetBytes(target)));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _tar.DisposeAsync();
        _content.Dispose();
    }

    private bool Accept(string path)
    {
        if (!IsPlain(path))
            Warn($"The file '{path.ReplaceLineEndings("?")}' is left out: its name can't be unpacked safely.");
        else if (_paths.Count >= options.MaxArchiveFiles)
            throw new SourceException($"The component has more than {options.MaxArchiveFiles:N0} files. Keep data out of its repository.");
        else if (!_paths.Add(path))
            Warn($"The file '{path}' is there twice; the first counts.");
        else
            return true;
        return false;
    }

    private void Note(string mode, string path, byte[] hash) =>
        _content.AppendData(Encoding.UTF8.GetBytes($"{mode} {path}\0{Convert.ToHexStringLower(hash)}\n"));

    /// <summary>A file of Git LFS is a small text in its place; a build would take that for the data.</summary>
    private async Task<Stream> NoticePointerAsync(string path, long size, Stream content, CancellationToken cancellationToken)
    {
        if (size > 1024)
            return content;
        var bytes = new byte[size];
        await content.ReadExactlyAsync(bytes, cancellationToken);
        if (bytes.AsSpan().StartsWith(LargeFilePointer))
            Warn($"'{path}' is kept by Git LFS: only its pointer is in the repository.");
        return new MemoryStream(bytes);
    }

    private static bool IsPlain(string path) =>
        path.Length is > 0 and <= 4096
        && !path.Contains('\uFFFD', StringComparison.Ordinal)
        && !path.Any(char.IsControl)
        && path.Split('/').All(part => part is not ("" or "." or "..") && !part.Equals(".git", StringComparison.OrdinalIgnoreCase));

    private static bool StaysInside(string path, string target)
    {
        if (target.Length == 0 || target.StartsWith('/') || target.Any(char.IsControl))
            return false;
        var depth = path.Count(c => c == '/');
        foreach (var part in target.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            depth += part switch { ".." => -1, "." => 0, _ => 1 };
            if (depth < 0)
                return false;
        }
        return true;
    }
}
