using System.Security.Cryptography;
using System.Text.Json;

namespace Twinrunner.Runner.Outputs.Manifests;

/// <summary>Writes a manifest into a temporary file, entry by entry: a JSON array with one entry a line, in the order of the paths' bytes.</summary>
internal sealed class ManifestWriter(string folder) : IAsyncDisposable
{
    /// <summary>Of the manifest without entries. No object holds it.</summary>
    public static readonly string EmptySha256 = Convert.ToHexStringLower(SHA256.HashData("[]\n"u8));

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private FileStream? _file;

    public int FileCount { get; private set; }
    public long Size { get; private set; }
    public int EntryCount { get; private set; }

    public async ValueTask AddAsync(ManifestEntry entry, CancellationToken cancellationToken)
    {
        await WriteAsync(EntryCount++ == 0 ? "[\n"u8.ToArray() : ",\n"u8.ToArray(), cancellationToken);
        await WriteAsync(JsonSerializer.SerializeToUtf8Bytes(entry, ManifestJson.Default.ManifestEntry), cancellationToken);
        if (entry is { Kind: EntryKind.File, LeftOut: null })
        {
            FileCount++;
            Size += entry.Size;
        }
    }

    /// <summary>Ends a manifest that has entries. Its bytes are to be read from the stream; its hash identifies the whole output.</summary>
    public async Task<(Stream Content, string Sha256)> EndAsync(CancellationToken cancellationToken)
    {
        await WriteAsync("\n]\n"u8.ToArray(), cancellationToken);
        await _file!.FlushAsync(cancellationToken);
        _file.Position = 0;
        return (_file, Convert.ToHexStringLower(_hash.GetCurrentHash()));
    }

    public async ValueTask DisposeAsync()
    {
        if (_file is not null)
            await _file.DisposeAsync();
        _hash.Dispose();
    }

    private ValueTask WriteAsync(byte[] bytes, CancellationToken cancellationToken)
    {
        _file ??= new(Path.Combine(folder, $".manifest-{Guid.NewGuid():N}"), new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Options = FileOptions.DeleteOnClose,
            BufferSize = 64 * 1024,
        });
        _hash.AppendData(bytes);
        return _file.WriteAsync(bytes, cancellationToken);
    }
}
