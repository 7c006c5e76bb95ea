using Twinrunner.Storage.Objects;

namespace Twinrunner.Runner.Outputs;

/// <summary>An object as a stream that can be read from any place: it is opened where reading begins. Lets the framework answer ranges.</summary>
internal sealed class ObjectReadStream(IObjectStore objects, string key, long length) : Stream
{
    private Stream? _open;
    private long _position;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_position >= length || buffer.IsEmpty)
            return 0;
        _open ??= await objects.GetAsync(key, _position == 0 ? null : new ByteRange(_position, null), cancellationToken)
            ?? throw new ObjectStoreException($"The object '{key}' is gone from the object store.");
        var count = await _open.ReadAsync(buffer, cancellationToken);
        if (count == 0)
            throw new ObjectStoreException($"The object '{key}' ends after {_position} bytes instead of {length}.");
        _position += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin)
    {
        var position = origin switch { SeekOrigin.Begin => offset, SeekOrigin.Current => _position + offset, _ => length + offset };
        if (position != _position)
        {
            _open?.Dispose();
            _open = null;
            _position = position;
        }
        return position;
    }

    public override bool CanRead => true;
    public override bool CanSeek => true;
    public override bool CanWrite => false;
    public override long Length => length;
    public override long Position { get => _position; set => Seek(value, SeekOrigin.Begin); }
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override void Flush() { }
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _open?.Dispose();
        base.Dispose(disposing);
    }
}
