using System.Buffers;
using System.Net;
using System.Security.Cryptography;

namespace Twinrunner.Runner.Attempts;

/// <summary>A stream as the body of a request, hashed while it is sent. The stream stays its owner's.</summary>
internal sealed class HashedBody(Stream content, long? length) : HttpContent
{
    private const int BufferSize = 256 * 1024;

    /// <summary>Bytes that were sent.</summary>
    public long Size { get; private set; }

    /// <summary>Lower-case hex of them.</summary>
    public string Sha256 { get; private set; } = "";

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (await content.ReadAsync(buffer, cancellationToken) is > 0 and var count)
            {
                hash.AppendData(buffer, 0, count);
                await stream.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
                Size += count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        Sha256 = Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    protected override bool TryComputeLength(out long known)
    {
        known = length ?? 0;
        return length is not null;
    }
}
