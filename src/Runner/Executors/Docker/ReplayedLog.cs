using Twinrunner.Runner.Executors.Docker.Engine;

namespace Twinrunner.Runner.Executors.Docker;

/// <summary>
/// Copies a container's log as the engine stored it to a sink, leaving out what the sink has. The engine stores messages, not
/// bytes: lines, and of longer lines blocks of 16 KiB. The <c>local</c> driver of older engines (20.10) gives the last block of
/// such a line without its line end, which is put back here; else what was live and what is replayed would drift apart.
/// Messages are asked for with their times, because an empty message (a line's end right after a block) is not given otherwise.
/// </summary>
/// <param name="onSkipped">Sees what the sink has already.</param>
internal sealed class ReplayedLog(MultiplexedStream log, LogCursor cursor, IStepSink sink, LogObserver? onSkipped)
{
    /// <summary>Length of a block that is not the last of its line.</summary>
    private const int Block = 16 * 1024;

    private static readonly byte[] LineEnd = "\n"u8.ToArray();

    private readonly Channel _stdout = new();
    private readonly Channel _stderr = new();

    /// <exception cref="DockerException">The connection was lost.</exception>
    public async Task CopyAsync(CancellationToken cancellationToken)
    {
        while (await log.ReadAsync(cancellationToken) is { } piece)
        {
            var channel = piece.Stream == LogStream.Stdout ? _stdout : _stderr;
            if (channel.OwesLineEnd)
            {
                channel.OwesLineEnd = false;
                await GiveAsync(channel, piece.Stream, LineEnd, cancellationToken);
            }
            var text = channel.WithoutTime(piece.Bytes);
            if (text.Length > 0)
                await GiveAsync(channel, piece.Stream, text, cancellationToken);
            channel.FrameLength += text.Length;
            if (!piece.EndsFrame)
                continue;
            // Only another message proves that the line has ended: the last one may really lack its line end.
            channel.OwesLineEnd = channel.FrameLength != Block && (text.IsEmpty || text.Span[^1] != '\n');
            channel.FrameLength = 0;
            channel.IsPastTime = false;
        }
    }

    private async ValueTask GiveAsync(Channel channel, LogStream stream, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        var skip = (int)Math.Clamp(cursor.Of(stream) - channel.Position, 0, bytes.Length);
        channel.Position += bytes.Length;
        if (skip > 0 && onSkipped is not null)
            await onSkipped(stream, bytes[..skip], cancellationToken);
        if (skip == bytes.Length)
            return;
        await sink.WriteLogAsync(stream, bytes[skip..], cancellationToken);
        cursor.Advance(stream, bytes.Length - skip);
    }

    /// <summary>Where the replay of one stream stands.</summary>
    private sealed class Channel
    {
        /// <summary>Bytes since the beginning of the attempt.</summary>
        public long Position { get; set; }

        /// <summary>Bytes of the message that is being read.</summary>
        public int FrameLength { get; set; }

        public bool IsPastTime { get; set; }

        public bool OwesLineEnd { get; set; }

        public ReadOnlyMemory<byte> WithoutTime(ReadOnlyMemory<byte> bytes)
        {
            if (IsPastTime)
                return bytes;
            var space = bytes.Span.IndexOf((byte)' ');
            IsPastTime = space >= 0;
            return IsPastTime ? bytes[(space + 1)..] : default;
        }
    }
}
