using System.Buffers;
using System.Globalization;
using System.Text;

namespace Twinrunner.Runner.Executors.Kubernetes;

/// <summary>
/// Copies a container's log, whose lines come with their times, to a sink, and goes on exactly after a mark. A node keeps one stream of
/// both outputs, and no word on whether the last line ended. Of a line longer than a block of 16 KiB, kubelets before 1.27 put the time
/// before each block; there it is taken out again.
/// </summary>
/// <param name="after">Where the mark is gone: everything later than this is new.</param>
internal sealed class TimedLog(LogMark start, DateTimeOffset? after, IStepSink sink, LogObserver? onSkipped)
{
    private const int Block = 16 * 1024;

    /// <summary><c>2006-01-02T15:04:05.000000000+01:00</c> and a space.</summary>
    private const int LongestTime = 36;

    private readonly ArrayBufferWriter<byte> _out = new();
    private DateTimeOffset _time;
    private int _same = -1;
    private int _lineLength;
    private bool _atLineStart = true;
    private bool _dropping;
    private long _position = -1; // of the next byte, since the log's beginning; below 0: before the mark

    /// <summary>What the sink has: where the next reading goes on.</summary>
    public LogMark Mark { get; private set; } = start;

    /// <summary>The line with the mark isn't there any more: the node has rotated it away.</summary>
    public bool MarkIsGone { get; private set; }

    /// <summary>The node answered with words of its own in place of lines.</summary>
    public bool HasOthersWords { get; private set; }

    /// <exception cref="IOException">The connection was lost.</exception>
    public async Task CopyAsync(Stream log, CancellationToken cancellationToken)
    {
        if (Mark.Line is null)
            _position = after is null ? 0 : Mark.Bytes;
        var buffer = new byte[64 * 1024];
        var filled = 0;
        int count;
        do
        {
            count = await log.ReadAsync(buffer.AsMemory(filled), cancellationToken);
            filled += count;
            var used = Take(buffer.AsSpan(0, filled), final: count == 0);
            buffer.AsSpan(used, filled - used).CopyTo(buffer);
            filled -= used;
            if (_out.WrittenCount > 0)
                await GiveAsync(cancellationToken);
        }
        while (count > 0 && !MarkIsGone);
        MarkIsGone |= _position < 0 && _same >= 0;
    }

    /// <summary>Leaves out what the sink has, and stores where the last whole line begins.</summary>
    private async ValueTask GiveAsync(CancellationToken cancellationToken)
    {
        var bytes = _out.WrittenMemory;
        var skip = (int)Math.Clamp(Mark.Bytes - (_position - bytes.Length), 0, bytes.Length);
        if (skip > 0 && onSkipped is not null)
            await onSkipped(LogStream.Stdout, bytes[..skip], cancellationToken);
        if (skip < bytes.Length)
        {
            await sink.WriteLogAsync(LogStream.Stdout, bytes[skip..], cancellationToken);
            Mark = new(_position, new(_time, _same, _position - _lineLength));
            await sink.MarkLogAsync(Mark.ToString(), cancellationToken);
        }
        _out.ResetWrittenCount();
    }

    /// <returns>How many of the bytes are done with.</returns>
    private int Take(ReadOnlySpan<byte> bytes, bool final)
    {
        var used = 0;
        while (used < bytes.Length && !MarkIsGone)
        {
            var rest = bytes[used..];
            if (_atLineStart || (_lineLength > 0 && _lineLength % Block == 0 && rest[0] != '\n'))
            {
                if (rest.Length < LongestTime && !final && rest.IndexOf((byte)'\n') < 0)
                    return used;
                var length = ReadTime(rest, out var at);
                if (_atLineStart)
                    BeginLine(length > 0 ? at : null);
                used += length;
                rest = rest[length..];
                if (rest.IsEmpty)
                    break;
            }
            var end = rest.IndexOf((byte)'\n');
            var piece = Math.Min(end >= 0 ? end + 1 : rest.Length, Block - _lineLength % Block);
            Add(rest[..piece]);
            used += piece;
        }
        return used;
    }

    private void Add(ReadOnlySpan<byte> piece)
    {
        _lineLength += piece.Length;
        if (!_dropping && _position >= 0)
        {
            _out.Write(piece);
            _position += piece.Length;
        }
        _atLineStart = piece[^1] == '\n';
    }

    /// <param name="at">Null: the kubelet's own word, or the rest of a line whose beginning lies before what was asked for.</param>
    private void BeginLine(DateTimeOffset? at)
    {
        (_atLineStart, _lineLength, _dropping) = (false, 0, at is null);
        if (at is not { } time)
        {
            HasOthersWords |= _position >= 0;
            return;
        }
        (_time, _same) = (time, time == _time ? _same + 1 : 0);
        _dropping = _time <= after;
        if (_position >= 0 || Mark.Line is not { } marked)
            return;
        if (_time == marked.Time && _same == marked.Same)
            _position = marked.Bytes;
        else if (_time > marked.Time + LogMark.Disorder)
            MarkIsGone = true;
    }

    /// <summary>Length of the time and the space after it; 0: there is none.</summary>
    private static int ReadTime(ReadOnlySpan<byte> bytes, out DateTimeOffset at)
    {
        at = default;
        var space = bytes[..Math.Min(bytes.Length, LongestTime)].IndexOf((byte)' ');
        // At the end of a stream the space of an empty line may be the last byte.
        return space is > 19 and < LongestTime && bytes[10] == 'T'
            && DateTimeOffset.TryParse(Encoding.ASCII.GetString(bytes[..space]), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out at)
            ? space + 1 : 0;
    }
}
