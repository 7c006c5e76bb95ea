using System.Security.Cryptography;

namespace Twinrunner.Storage.Objects.S3;

/// <summary>Reads an object's content part by part, hashes it on the way, and knows at the end of a part whether more comes.</summary>
internal sealed class PartReader(string key, Stream content, PutOptions options) : IDisposable
{
    /// <summary>Amazon's limit.</summary>
    private const int MaxParts = 10_000;

    private const int LeastPart = 8 << 20;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _ahead = new byte[1];
    private int _parts;

    /// <summary>Bytes read so far.</summary>
    public long Size { get; private set; }

    public bool AtEnd { get; private set; }

    /// <summary>Of what was read so far, lower-case hex: that of a part's end says what all parts up to it hold.</summary>
    public string Sha256 => Convert.ToHexStringLower(_hash.GetCurrentHash());

    /// <summary>The next part, as full as content comes.</summary>
    /// <exception cref="ObjectStoreException">More or less comes than was announced.</exception>
    public async Task<PartMemory.Part> NextAsync(PartMemory memory, CancellationToken cancellationToken)
    {
        var part = await memory.RentAsync(NextSize, cancellationToken).ConfigureAwait(false);
        try
        {
            await FillAsync(part, cancellationToken).ConfigureAwait(false);
            return part;
        }
        catch
        {
            part.Dispose();
            throw;
        }
    }

    /// <exception cref="ObjectStoreException">What was read isn't what was announced.</exception>
    public void Verify()
    {
        if (options.Sha256 is { } expected && !expected.Equals(Sha256, StringComparison.OrdinalIgnoreCase))
            throw new ObjectStoreException($"'{key}' was not stored: its SHA-256 is {Sha256}, not {expected}. The content was damaged or changed on the way.");
    }

    public void Dispose() => _hash.Dispose();

    /// <summary>Bytes to make room for.</summary>
    private int NextSize => options.ContentLength is { } length
        ? (int)Math.Clamp(length - Size, 1, PartSize(length))
        : LeastPart << Math.Min(6, _parts / 1500); // unknown: grows, so that 10,000 parts take objects of up to 1.5 TiB

    private async Task FillAsync(PartMemory.Part part, CancellationToken cancellationToken)
    {
        var room = part.Room;
        var filled = 0;
        if (Size > 0)
            room.Span[filled++] = _ahead[0];
        while (filled < room.Length && await content.ReadAsync(room[filled..], cancellationToken).ConfigureAwait(false) is > 0 and var count)
            filled += count;
        AtEnd = filled < room.Length || await content.ReadAsync(_ahead, cancellationToken).ConfigureAwait(false) == 0;
        _hash.AppendData(room.Span[..filled]);
        part.Length = filled;
        Size += filled;
        _parts++;
        if (options.ContentLength is { } length && (AtEnd ? Size != length : Size >= length))
            throw new ObjectStoreException($"'{key}' was not stored: {(AtEnd ? $"{Size}" : $"more than {length}")} bytes came where {length} were announced.");
    }

    private static long PartSize(long length) => Math.Max(LeastPart, (length + MaxParts - 1) / MaxParts);
}
