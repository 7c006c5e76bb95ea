using System.Buffers;
using System.Buffers.Binary;

namespace Twinrunner.Runner.Executors.Docker.Engine;

/// <summary>A piece of one of the streams of a container, cut anywhere.</summary>
/// <param name="EndsFrame">The last byte is also the last of a frame.</param>
public readonly record struct StreamPiece(LogStream Stream, ReadOnlyMemory<byte> Bytes, bool EndsFrame);

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

    /// <summary>A header was read, and not all of its payload was given away.</summary>
    private bool _inFrame;

    private readonly bool _keepFrames;

    private MultiplexedStream(HttpResponseMessage response, Stream stream, bool keepFrames)
    {
        _response = response;
        _stream = stream;
        _keepFrames = keepFrames;
    }

    /// <param name="keepFrames">Never put two frames into one piece, and give empty ones too.</param>
    public static async Task<MultiplexedStream> OpenAsync(HttpResponseMessage response, bool keepFrames, CancellationToken cancellationToken)
    {
        try
        {
            return new(response, await response.Content.ReadAsStreamAsync(cancellationToken), keepFrames);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <summary>The next piece, valid until the next call; null at the end.</summary>
    /// <exception cref="DockerException">The connection was lost, or what came are no frames.</exception>
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
            var read = await ReceiveAsync(cancellationToken);
            if (read == 0)
                return _start == _end && !_inFrame ? null : throw Lost(new EndOfStreamException("it ended inside a frame"));
            _end += read;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _response.Dispose();
        ArrayPool<byte>.Shared.Return(_buffer);
    }

    private async ValueTask<int> ReceiveAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
        }
        catch (Exception e) when (e is IOException or HttpRequestException && !cancellationToken.IsCancellationRequested)
        {
            throw Lost(e);
        }
    }

    private static DockerException Lost(Exception e) => new($"The engine's stream was lost: {e.Message}", e);

    /// <summary>Takes the payloads that are in the buffer up to a change of stream, moved together over their headers.</summary>
    private StreamPiece? TryTake()
    {
        var from = _start;
        var to = _start;
        LogStream? stream = null;
        while (_inFrame || TryReadHeader(stream))
        {
            stream = _frameStream;
            var length = (int)Math.Min(_frameRest, (uint)(_end - _start));
            if (to == from)
                from = to = _start;
            else
                _buffer.AsSpan(_start, length).CopyTo(_buffer.AsSpan(to));
            to += length;
            _start += length;
            _frameRest -= (uint)length;
            _inFrame = _frameRest > 0;
            if (_inFrame || _keepFrames)
                break;
        }
        return to > from || (_keepFrames && stream is not null && !_inFrame)
            ? new(stream!.Value, _buffer.AsMemory(from, to - from), !_inFrame)
            : null;
    }

    /// <summary>False: no whole header is there, or it is one of another stream than <paramref name="current"/>.</summary>
    private bool TryReadHeader(LogStream? current)
    {
        if (_end - _start < HeaderLength)
            return false;
        var header = _buffer.AsSpan(_start, HeaderLength);
        var stream = header[0] switch
        {
            // 0 is stdin: the engine writes stdout's frames with it in some answers.
            0 or 1 => LogStream.Stdout,
            2 => LogStream.Stderr,
            _ => throw Lost(new InvalidDataException($"it has a frame of stream {header[0]}")),
        };
        if (current is not null && stream != current)
            return false;
        _start += HeaderLength;
        _frameStream = stream;
        _frameRest = BinaryPrimitives.ReadUInt32BigEndian(header[4..]);
        _inFrame = true;
        return true;
    }

    private void MoveToFront()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        _end -= _start;
        _start = 0;
    }
}
