using System.Security.Cryptography;

namespace Twinrunner.Registry.Sources;

/// <summary>
/// The next bytes of a stream, as many as were announced, hashed while they pass. It says that it can seek because
/// <see cref="System.Formats.Tar.TarWriter"/> would otherwise hold an entry's bytes in memory to learn their number; nothing seeks.
/// </summary>
internal sealed class BoundedStream(Stream inner, long bytes, IncrementalHash? hash = null) : Stream
{
    private readonly long _length = bytes;
    private long _left = bytes;

    public override bool CanRead => true;
    public override bool CanSeek => true;
    public override bool CanWrite => false;
    public override long Length => _length;

    public override long Position
    {
        get => _length - _left;
        set
        {
            if (value != Position)
                throw new NotSupportedException("These bytes can be read once, from their start.");
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_left == 0 || buffer.Length == 0)
            return 0;
        var read = await inner.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _left)], cancellationToken);
        return Count(buffer.Span[..read]);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count)
    {
        if (_left == 0 || count == 0)
            return 0;
        var read = inner.Read(buffer, offset, (int)Math.Min(count, _left));
        return Count(buffer.AsSpan(offset, read));
    }

    private int Count(ReadOnlySpan<byte> read)
    {
        if (read.IsEmpty)
            throw new EndOfStreamException("The stream ended before its announced length.");
        hash?.AppendData(read);
        _left -= read.Length;
        return read.Length;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("These bytes can be read once, from their start.");
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
