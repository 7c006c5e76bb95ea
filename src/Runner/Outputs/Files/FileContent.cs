using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Twinrunner.Runner.Outputs.Files;

/// <summary>An open file as a stream from its beginning to the size that it had. Closing it leaves the file open.</summary>
internal sealed class FileContent(SafeFileHandle file, long size) : Stream
{
    private const int BufferSize = 256 * 1024;

    private long _position;

    /// <summary>The file became shorter than it was.</summary>
    public bool EndedEarly { get; private set; }

    /// <summary>Reads it to its end. Lower-case hex of its SHA-256; null: it ended early.</summary>
    public async Task<string?> HashAsync(CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(size, 1, BufferSize));
        try
        {
            while (await ReadAsync(buffer, cancellationToken) is > 0 and var count)
                hash.AppendData(buffer, 0, count);
            return EndedEarly ? null : Convert.ToHexStringLower(hash.GetCurrentHash());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var wanted = (int)Math.Min(buffer.Length, size - _position);
        if (wanted == 0)
            return 0;
        var count = await RandomAccess.ReadAsync(file, buffer[..wanted], _position, cancellationToken);
        EndedEarly = count == 0;
        _position += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => size;
    public override long Position { get => _position; set => throw new NotSupportedException(); }
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
