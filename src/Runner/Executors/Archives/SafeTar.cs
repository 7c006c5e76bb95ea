using System.Formats.Tar;

namespace Twinrunner.Runner.Executors.Archives;

/// <summary>
/// Unpacks a tar that untrusted code made. Nothing is written outside of the root: no absolute names, no <c>..</c>, no writing through
/// links; links only where following them can't leave the root; no devices, pipes or sockets; bounded bytes and entries.
/// </summary>
internal sealed class SafeTar(string root, long byteLimit, int entryLimit)
{
    private const UnixFileMode Permissions = (UnixFileMode)0b111_111_111;
    private const UnixFileMode OwnerReads = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int ReportedNames = 10;

    private readonly HashSet<string> _links = new(StringComparer.Ordinal);
    private readonly List<string> _leftOut = [];
    private long _bytes;
    private int _entries;
    private int _leftOutCount;

    /// <param name="tar">Its entries begin with one folder that is left away, as the engine's archives do.</param>
    /// <exception cref="InvalidDataException">More than the limits, or no tar.</exception>
    public async Task<SafeTarReport> ExtractAsync(Stream tar, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(root);
        await using var reader = new TarReader(tar, leaveOpen: true);
        while (await reader.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
        {
            if (++_entries > entryLimit)
                throw new InvalidDataException($"it has more than {entryLimit:n0} files and folders");
            var path = PathBelowRoot(entry.Name);
            if (path is "")
                continue;
            if (path is null || !await TryPlaceAsync(entry, path, cancellationToken))
                LeaveOut(entry.Name);
        }
        return new(_entries, _bytes, _leftOut, _leftOutCount);
    }

    /// <summary>Null: it would not be below the root. Empty: it is the root.</summary>
    private static string? PathBelowRoot(string name)
    {
        if (name.StartsWith('/') || name.Contains('\0', StringComparison.Ordinal))
            return null;
        var parts = name.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(p => p != ".").ToArray();
        return parts.Contains("..") ? null : string.Join('/', parts.Skip(1));
    }

    private async Task<bool> TryPlaceAsync(TarEntry entry, string path, CancellationToken cancellationToken)
    {
        var target = Path.Combine(root, path);
        if (RunsThroughLink(path) || _links.Contains(path))
            return false;
        switch (entry.EntryType)
        {
            case TarEntryType.Directory:
                if (File.Exists(target))
                    return false;
                Directory.CreateDirectory(target).UnixFileMode = entry.Mode & Permissions | OwnerReads | UnixFileMode.UserExecute;
                return true;
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                return await TryWriteAsync(entry.DataStream ?? Stream.Null, entry, target, cancellationToken);
            case TarEntryType.HardLink:
                return await TryCopyAsync(entry, target, cancellationToken);
            case TarEntryType.SymbolicLink:
                return TryLink(entry.LinkName, path, target);
            default:
                return false;
        }
    }

    private async Task<bool> TryWriteAsync(Stream data, TarEntry entry, string target, CancellationToken cancellationToken)
    {
        if (Path.Exists(target))
            return false;
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = entry.Mode & Permissions | OwnerReads,
        };
        await using (var file = new FileStream(target, options))
        {
            var buffer = new byte[128 * 1024];
            int read;
            while ((read = await data.ReadAsync(buffer, cancellationToken)) > 0)
            {
                if ((_bytes += read) > byteLimit)
                    throw new InvalidDataException($"it has more than {byteLimit:n0} bytes");
                await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }
        File.SetLastWriteTimeUtc(target, entry.ModificationTime.UtcDateTime);
        return true;
    }

    /// <summary>A second name of a file that came before becomes a file of its own.</summary>
    private async Task<bool> TryCopyAsync(TarEntry entry, string target, CancellationToken cancellationToken)
    {
        if (PathBelowRoot(entry.LinkName) is not { Length: > 0 } source || RunsThroughLink(source) || _links.Contains(source))
            return false;
        var path = Path.Combine(root, source);
        if (!File.Exists(path))
            return false;
        await using var data = File.OpenRead(path);
        return await TryWriteAsync(data, entry, target, cancellationToken);
    }

    /// <summary>
    /// A link may climb only at its beginning, and not above the root. As it lies in a real folder, and every link that its target may run
    /// through obeys the same rule, following it stays below the root.
    /// </summary>
    private bool TryLink(string linkTarget, string path, string target)
    {
        var parts = linkTarget.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(p => p != ".").ToArray();
        var climbs = parts.TakeWhile(p => p == "..").Count();
        var depth = path.Count(c => c == '/');
        if (linkTarget.StartsWith('/') || parts.Length == 0 || climbs > depth || parts.Skip(climbs).Contains("..") || Path.Exists(target))
            return false;
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.CreateSymbolicLink(target, linkTarget);
        _links.Add(path);
        return true;
    }

    private bool RunsThroughLink(string path)
    {
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1))
        {
            if (_links.Contains(path[..slash]))
                return true;
        }
        return false;
    }

    private void LeaveOut(string name)
    {
        _leftOutCount++;
        if (_leftOut.Count < ReportedNames)
            _leftOut.Add(name);
    }
}

/// <param name="LeftOut">The first names of entries that were not safe.</param>
internal sealed record SafeTarReport(int Entries, long Bytes, IReadOnlyList<string> LeftOut, int LeftOutCount);
