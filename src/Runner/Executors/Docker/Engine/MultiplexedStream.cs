using System.Buffers;
using System.Buffers.Binary;

namespace Twinrunner.Runner.Executors.Docker.Engine;

/// <summary>A piece of one of the streams of a container, cut anywhere.</summary>
public readonly record struct StreamPiece(LogStream Stream, ReadOnlyMemory<byte> Bytes);

/// <summary>
/// Reads the engine's multiplexed streams: frames of 8 bytes (stream, three zeros, length as big-endian) and payload. Memory is one
/// buffer whatever the length of a frame; neighbouring frames of one stream that are in the buffer come as one piece.
/// </summary>
public sealed class MultiplexedStream : IAsyncDisposable
{
    private const int HeaderLength = 8;
    private const int BufferLength = 128 * 1024;

    private readonly HttpResponseMessage _response;
    private readonly Stream _stream;
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferLength);

    /// <summary>What was read and not given away: <c>_buffer[_start.._end]</c>.</summary>
    private int _start;

    private int _end;

    /// <summary>Bytes that the frame begun still has.</summary>
    private uint _frameRest;

    private LogStream _frameStream;

    private MultiplexedStream(HttpResponseMessage response, Stream stream)
    {
        _response = response;
        _stream = stream;
    }

    public static async Task<MultiplexedStream> OpenAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            return new(response, await response.Content.ReadAsStreamAsync(cancellationToken));
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <summary>The next piece, valid until the next call; null at the end.</summary>
    /// <exception cref="IOException">The connection was lost, or what came are no frames.</exception>
    public async ValueTask<StreamPiece?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryTake() is { } piece)
                return piece;
            if (_start == _end)
                _start = _end = 0;
            else if (_start > 0)
                MoveToFront();
            var read = await _stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
            if (read == 0)
                return _start == _end && _frameRest == 0 ? null : throw new EndOfStreamException("The engine's stream ended inside a frame.");
            _end += read;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _response.Dispose();
        ArrayPool<byte>.Shared.Return(_buffer);
    }

    /// <summary>Takes the payloads that are in the buffer up to a change of stream, moved together over their headers.</summary>
    private StreamPiece? TryTake()
    {
        var from = _start;
        var to = _start;
        LogStream? stream = null;
        while (true)
        {
            if (_frameRest == 0 && !TryReadHeader(stream))
                break;
            stream ??= _frameStream;
            var length = (int)Math.Min(_frameRest, (uint)(_end - _start));
            if (length == 0)
                break;
            if (to == from)
                from = to = _start;
            else
                _buffer.AsSpan(_start, length).CopyTo(_buffer.AsSpan(to));
            to += length;
            _start += length;
            _frameRest -= (uint)length;
        }
        return to > from ? new(stream!.Value, _buffer.AsMemory(from, to - from)) : null;
    }

    /// <summary>False: no whole header is there, or it is one of another stream than <paramref name="current"/>.</summary>
    private bool TryReadHeader(LogStream? current)
    {
        while (_end - _start >= HeaderLength)
        {
            var header = _buffer.AsSpan(_start, HeaderLength);
            var stream = header[0] switch
            {
                // 0 is stdin: the engine writes stdout's frames with it in some answers.
                0 or 1 => LogStream.Stdout,
                2 => LogStream.Stderr,
                _ => throw new InvalidDataException($"The engine's stream has a frame of stream {header[0]}."),
            };
            if (current is not null && stream != current)
                return false;
            _start += HeaderLength;
            _frameStream = stream;
            _frameRest = BinaryPrimitives.ReadUInt32BigEndian(header[4..]);
            if (_frameRest > 0)
                return true;
        }
        return false;
    }

    private void MoveToFront()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        _end -= _start;
        _start = 0;
    }
}
