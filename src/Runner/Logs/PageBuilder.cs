using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Twinrunner.Runner.Executors;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Logs;

/// <summary>Gathers the lines of one page in a pooled buffer, which is used again for a later page.</summary>
internal sealed class PageBuilder(int maxBytes) : IDisposable
{
    private const int MaxLines = 4096; // keeps the list of lines off the large object heap
    private const int FirstBuffer = 4096; // a step that prints three lines must not cost a whole page

    private readonly List<int> _lines = [];
    private byte[] _bytes = [];
    private int _count;

    public int LineCount => _lines.Count / 3;
    public DateTimeOffset FirstAt { get; private set; }
    public LogPosition Position { get; private set; }
    public bool Truncated { get; set; }

    public bool HasRoomFor(int length) => LineCount == 0 || (LineCount < MaxLines && _count + 1 + length <= maxBytes);

    /// <param name="position">What is stored of both streams once this page is.</param>
    public void Add(ReadOnlySpan<byte> line, LogStream stream, LogLineFlags flags, DateTimeOffset at, LogPosition position)
    {
        if (LineCount == 0)
            FirstAt = at;
        Grow(line.Length + 1);
        if (LineCount > 0)
            _bytes[_count++] = (byte)'\n';
        line.CopyTo(_bytes.AsSpan(_count));
        _count += line.Length;
        _lines.Add((int)Math.Clamp((at - FirstAt).TotalMilliseconds, 0, int.MaxValue));
        _lines.Add((int)stream);
        _lines.Add((int)flags);
        Position = position;
    }

    /// <summary>The page as a document that points into this builder's buffer: store it before <see cref="Clear"/>.</summary>
    public LogPage ToPage(Id<LogPage> id, StepKey key, Id<Execution>? execution, long firstLine, string? mark)
    {
        var bytes = _bytes.AsMemory(0, _count);
        var isText = Utf8.IsValid(bytes.Span);
        return new LogPage
        {
            Id = id,
            StepRef = key.Step.ToString(),
            ExecutionRef = execution,
            Attempt = key.Attempt,
            Timestamp = FirstAt,
            FirstLine = firstLine,
            LineCount = LineCount,
            Lines = _lines,
            Text = new(isText ? bytes : Readable(bytes.Span)),
            Raw = isText ? null : bytes.ToArray(),
            StdoutBytes = Position.Stdout,
            StderrBytes = Position.Stderr,
            Mark = mark,
            Truncated = Truncated,
        };
    }

    /// <summary>One U+FFFD for each run of bytes that aren't UTF-8: a page of binary data must not become three of replacements.</summary>
    private static byte[] Readable(ReadOnlySpan<byte> bytes)
    {
        var text = new ArrayBufferWriter<byte>(bytes.Length);
        while (!bytes.IsEmpty)
        {
            var valid = 0;
            while (Rune.DecodeFromUtf8(bytes[valid..], out _, out var length) == OperationStatus.Done)
                valid += length;
            text.Write(bytes[..valid]);
            bytes = bytes[valid..];
            if (!bytes.IsEmpty)
                text.Write("\uFFFD"u8);
            while (Rune.DecodeFromUtf8(bytes, out _, out var length) is OperationStatus.InvalidData or OperationStatus.NeedMoreData && length > 0)
                bytes = bytes[length..];
        }
        return text.WrittenSpan.ToArray();
    }

    public void Clear()
    {
        _lines.Clear();
        _count = 0;
        Truncated = false;
    }

    public void Dispose()
    {
        if (_bytes.Length > 0)
            ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
    }

    private void Grow(int more)
    {
        if (_count + more <= _bytes.Length)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_count + more, Math.Min(Math.Max(FirstBuffer, _bytes.Length * 4), maxBytes)));
        _bytes.AsSpan(0, _count).CopyTo(larger);
        if (_bytes.Length > 0)
            ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
