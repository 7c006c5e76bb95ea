namespace Twinrunner.Storage.Objects.Files;

/// <summary>Reads a file from an offset, and no more than so many bytes.</summary>
internal sealed class RangeStream : Stream
{
    private readonly FileStream _file;
    private readonly long _end;

    public RangeStream(FileStream file, ByteRange range)
    {
        _file = file;
        var offset = Math.Min(range.Offset, file.Length);
        _end = range.Length is { } length && length < file.Length - offset ? offset + length : file.Length;
        _file.Position = offset;
        Length = _end - offset;
    }

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;

    /// <summary>Bytes of the range that the object has.</summary>
    public override long Length { get; }

    public override long Position
    {
        get => _file.Position - (_end - Length);
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer) => _file.Read(buffer[..Room(buffer.Length)]);

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _file.ReadAsync(buffer[..Room(buffer.Length)], cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _file.Dispose();
        base.Dispose(disposing);
    }

    private int Room(int count) => (int)Math.Min(count, Math.Max(0, _end - _file.Position));
}
