using System.Buffers;
using System.Buffers.Text;
using Twinrunner.Runner.Executors;

namespace Twinrunner.Runner.Logs;

/// <summary>
/// Makes lines of one stream's bytes, whatever the chunks they come in, and knows how many bytes of the source the lines so
/// far stand for. Where a line is cut depends on the bytes only, never on the chunks: a replay gives the same lines.
/// </summary>
internal sealed class LineSplitter(LogStream stream, int maxLine, Action<LogStream, ReadOnlySpan<byte>, LogLineFlags> emit)
{
    private readonly ArrayBufferWriter<byte> _partial = new();
    private long _partialSource;

    /// <summary>Bytes of the source that the emitted lines stand for. A mask stands for the secret that it covers.</summary>
    public long Emitted { get; private set; }

    /// <summary>When the line that has not ended yet began to wait; null: there is none, or it can't be shown before more has come.</summary>
    public DateTimeOffset? WaitingSince { get; private set; }

    /// <summary>What the last <c>::progress</c> line said.</summary>
    public double? Progress { get; set; }

    private ReadOnlySpan<byte> Partial => _partial.WrittenSpan;

    public void Start(long emitted) => Emitted = emitted;

    public void Append(ReadOnlySpan<byte> bytes, DateTimeOffset now)
    {
        while (!bytes.IsEmpty)
        {
            var room = maxLine - _partial.WrittenCount;
            var newline = bytes[..Math.Min(bytes.Length, room + 1)].IndexOf((byte)'\n');
            if (newline >= 0)
            {
                EmitLine(bytes[..newline]);
                bytes = bytes[(newline + 1)..];
            }
            else if (bytes.Length > room)
            {
                Keep(bytes[..room], room, now);
                EmitPartial(LogLineFlags.Cut | LogLineFlags.Continues, now);
                bytes = bytes[room..];
            }
            else
            {
                Keep(bytes, bytes.Length, now);
                return;
            }
        }
    }

    /// <summary>Puts a mask in the place of bytes of the source. It is never cut: a replay that began in its middle would show the rest.</summary>
    public void AppendMask(ReadOnlySpan<byte> mask, int sourceLength, DateTimeOffset now)
    {
        if (_partial.WrittenCount + mask.Length > maxLine)
            EmitPartial(LogLineFlags.Cut | LogLineFlags.Continues, now);
        Keep(mask, sourceLength, now);
    }

    /// <summary>Emits a line that has waited long enough, but for a character that has not come whole.</summary>
    public void EmitWaiting(DateTimeOffset now)
    {
        EmitPartial(LogLineFlags.Continues, now);
        WaitingSince = null;
    }

    /// <summary>The stream has ended: emits what is left.</summary>
    public void End(LogLineFlags flags)
    {
        if (_partial.WrittenCount == 0)
            return;
        Emitted += _partialSource;
        _partialSource = 0;
        emit(stream, Partial, flags);
        _partial.ResetWrittenCount();
        WaitingSince = null;
    }

    private void Keep(ReadOnlySpan<byte> bytes, int sourceLength, DateTimeOffset now)
    {
        _partial.Write(bytes);
        _partialSource += sourceLength;
        WaitingSince ??= now;
    }

    private void EmitLine(ReadOnlySpan<byte> end)
    {
        Emitted += _partialSource + end.Length + 1;
        _partialSource = 0;
        var line = end;
        if (_partial.WrittenCount > 0)
        {
            _partial.Write(end);
            line = Partial;
        }
        NoteProgress(line);
        emit(stream, line, LogLineFlags.None);
        _partial.ResetWrittenCount();
        WaitingSince = null;
    }

    private void EmitPartial(LogLineFlags flags, DateTimeOffset now)
    {
        var kept = Utf8Tail.IncompleteLength(Partial);
        var length = _partial.WrittenCount - kept;
        if (length == 0)
            return;
        // The tail is the start of a character, so it is never part of a mask: one byte of it is one of the source.
        Emitted += _partialSource - kept;
        _partialSource = kept;
        emit(stream, Partial[..length], flags);
        Span<byte> tail = stackalloc byte[3];
        Partial[length..].CopyTo(tail);
        _partial.ResetWrittenCount();
        _partial.Write(tail[..kept]);
        WaitingSince = kept > 0 ? now : null;
    }

    private void NoteProgress(ReadOnlySpan<byte> line)
    {
        if (!line.StartsWith("::progress "u8))
            return;
        var text = line["::progress "u8.Length..].Trim(" \r"u8);
        if (Utf8Parser.TryParse(text, out double value, out var used) && used == text.Length && value is >= 0 and <= 1)
            Progress = value;
    }
}

internal static class Utf8Tail
{
    /// <summary>Bytes at the end that begin a character of which more must come; 0 when the last character is whole or isn't UTF-8 at all.</summary>
    public static int IncompleteLength(ReadOnlySpan<byte> bytes)
    {
        for (var length = 1; length <= Math.Min(3, bytes.Length); length++)
        {
            var lead = bytes[^length];
            if (lead < 0x80)
                return 0;
            if (lead >= 0xC0)
                return lead < 0xF8 && length < (lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4) ? length : 0;
        }
        return 0;
    }
}
