using System.Runtime.ExceptionServices;
using System.Text;
using System.Threading.Channels;
using Twinrunner.Runner.Executors;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Runner.Logs;

/// <summary>
/// Writes the log of one attempt. Lines of both streams go into pages in the order in which they end; one loop stores page
/// after page while the next ones fill. A writer that is ahead of the database waits: at most a few pages are in memory,
/// whatever the component prints.
/// </summary>
public sealed class StepLogWriter : IAsyncDisposable
{
    private const int MaxWaitingPages = 4;
    private const int PagesAtOnce = 4; // what is stored together is flushed to the disk once
    private const int SliceBytes = 32 * 1024; // bounds how many pages one write can fill before it has to wait

    private readonly LogStore _store;
    private readonly PageOrder _order;
    private readonly ChangeFeed _changes;
    private readonly TimeProvider _time;
    private readonly LogOptions _options;
    private readonly StepKey _key;
    private readonly Id<Execution>? _execution;

    private readonly Lock _gate = new();
    private readonly LineSplitter[] _streams;
    private readonly SecretMasker[] _maskers;
    private readonly Queue<PageBuilder> _full = [];
    private readonly Stack<PageBuilder> _spare = [];
    private readonly Channel<bool> _work = Signal();
    private readonly Channel<bool> _room = Signal();
    private readonly ITimer _timer;
    private readonly Task _storing;

    private PageBuilder _filling;
    private long _nextLine;
    private readonly Queue<(long Stdout, string Mark)> _marks = []; // of what isn't stored yet
    private long _stdoutTaken;
    private long _taken; // bytes of stdout and stderr that were taken in
    private long _dropped; // bytes beyond the limit
    private bool _truncated;
    private DateTimeOffset _now; // of the bytes that are being taken in: asking for each line would be millions of calls in a flood
    private Stage _stage;
    private DateTimeOffset _storedAt = DateTimeOffset.MinValue;
    private ExceptionDispatchInfo? _fault;

    internal StepLogWriter(
        LogStore store, PageOrder order, ChangeFeed changes, TimeProvider time, LogOptions options,
        StepKey key, Id<Execution>? execution, SecretPatterns secrets, LogPage? last)
    {
        (_store, _order, _changes, _time, _options, _key, _execution) = (store, order, changes, time, options, key, execution);
        _filling = new(options.PageBytes);
        _streams = [.. Enum.GetValues<LogStream>().Select(stream => new LineSplitter(stream, options.LineBytes, Add))];
        _maskers = [.. _streams.Select(stream => new SecretMasker(secrets, stream))];
        Stored = last is null ? default : new(last.StdoutBytes, last.StderrBytes, last.Mark);
        Of(LogStream.Stdout).Start(Stored.Stdout);
        Of(LogStream.Stderr).Start(Stored.Stderr);
        _nextLine = last is null ? 1 : last.FirstLine + last.LineCount;
        _stdoutTaken = Stored.Stdout;
        _taken = Stored.Stdout + Stored.Stderr;
        _truncated = last?.Truncated ?? false;
        _timer = time.CreateTimer(_ => _work.Writer.TryWrite(true), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _storing = Task.Run(StorePagesAsync);
    }

    private enum Stage { Open, Completing, Abandoned }

    /// <summary>Bytes of each stream that are stored: where an executor goes on after a restart.</summary>
    public LogPosition Stored { get; private set; }

    /// <summary>Called with what the last <c>::progress 0.4</c> line said, at most once a page.</summary>
    public Func<double, ValueTask>? OnProgress { get; set; }

    /// <summary>Takes bytes as they came, cut anywhere. Awaiting it is the backpressure; the bytes may be reused afterwards.</summary>
    public async ValueTask WriteAsync(LogStream stream, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            var slice = bytes[..Math.Min(SliceBytes, bytes.Length)];
            bytes = bytes[slice.Length..];
            bool mustWait;
            lock (_gate)
            {
                _fault?.Throw();
                ObjectDisposedException.ThrowIf(_stage != Stage.Open, this);
                var hadLines = _filling.LineCount > 0;
                var waited = Waiting();
                Take(stream, slice.Span);
                mustWait = _full.Count > MaxWaitingPages;
                if (_full.Count > 0 || (!hadLines && _filling.LineCount > 0) || (!waited && Waiting()))
                    _work.Writer.TryWrite(true);
            }
            while (mustWait)
            {
                await _room.Reader.ReadAsync(cancellationToken);
                lock (_gate)
                {
                    _fault?.Throw();
                    mustWait = _full.Count > MaxWaitingPages;
                }
            }
        }
    }

    /// <summary>The streams have ended: stores everything, also lines without a newline. Nothing may be written afterwards.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_stage == Stage.Open)
            {
                _now = _time.GetUtcNow();
                foreach (var masker in _maskers.Where(_ => !_truncated))
                    masker.End(_now);
                foreach (var stream in _streams)
                    stream.End(LogLineFlags.NoNewline);
                if (_dropped > 0)
                    Say($"{_dropped:N0} more bytes were not kept.");
                _stage = Stage.Completing;
                _work.Writer.TryWrite(true);
            }
        }
        await _storing.WaitAsync(cancellationToken);
        _fault?.Throw();
    }

    /// <summary>Without <see cref="CompleteAsync"/>: lets go of the log; what isn't stored is read again from its source by the next writer.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_stage == Stage.Open)
                _stage = Stage.Abandoned;
            _work.Writer.TryWrite(true);
        }
        await _storing;
        await _timer.DisposeAsync();
        lock (_gate)
        {
            foreach (var page in _full.Concat(_spare).Append(_filling))
                page.Dispose();
            _full.Clear();
            _spare.Clear();
        }
    }

    /// <summary>The executor's word on where it would go on after all that was written so far; it is stored with the page that holds it.</summary>
    public void Mark(string mark)
    {
        lock (_gate)
        {
            if (!_truncated)
                _marks.Enqueue((_stdoutTaken, mark));
        }
    }

    private string? MarkAt(LogPosition position, string? mark)
    {
        lock (_gate)
        {
            while (_marks.TryPeek(out var next) && next.Stdout <= position.Stdout)
                mark = _marks.Dequeue().Mark;
            return mark;
        }
    }

    private LineSplitter Of(LogStream stream) => _streams[(int)stream - 1];

    private bool Waiting() => Array.Exists(_streams, stream => stream.WaitingSince is not null);

    private LogPosition Position => new(Of(LogStream.Stdout).Emitted, Of(LogStream.Stderr).Emitted);

    private void Take(LogStream stream, ReadOnlySpan<byte> bytes)
    {
        _now = _time.GetUtcNow();
        if (stream == LogStream.Runner)
        {
            _maskers[(int)stream - 1].Append(bytes, _now);
            return;
        }
        var kept = _truncated ? 0 : (int)Math.Min(bytes.Length, _options.MaxBytes - _taken);
        _maskers[(int)stream - 1].Append(bytes[..kept], _now);
        _taken += kept;
        _stdoutTaken += stream == LogStream.Stdout ? kept : 0;
        if (kept == bytes.Length)
            return;
        _dropped += bytes.Length - kept;
        if (!_truncated)
            Truncate();
    }

    // What the maskers hold back here may be half a secret: it is dropped.
    private void Truncate()
    {
        foreach (var stream in _streams)
            stream.End(LogLineFlags.Cut | LogLineFlags.NoNewline);
        _truncated = true;
        Say($"The log reached its limit of {_options.MaxBytes:N0} bytes: what follows is counted, not kept.");
    }

    private void Say(string sentence) => Add(LogStream.Runner, Encoding.UTF8.GetBytes(sentence), LogLineFlags.None);

    private void Add(LogStream stream, ReadOnlySpan<byte> line, LogLineFlags flags)
    {
        if (!_filling.HasRoomFor(line.Length))
        {
            _full.Enqueue(_filling);
            _filling = Empty();
        }
        _filling.Add(line, stream, flags, _now, Position);
        _filling.Truncated = _truncated;
    }

    private async Task StorePagesAsync()
    {
        try
        {
            var pages = new List<PageBuilder>(PagesAtOnce);
            while (true)
            {
                lock (_gate)
                {
                    TakePages(pages, out var wait);
                    if (pages.Count == 0 && _stage != Stage.Open)
                        return;
                    _timer.Change(pages.Count == 0 ? wait : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                }
                if (pages.Count == 0)
                    await _work.Reader.ReadAsync();
                else
                    await StoreAsync(pages);
                pages.Clear();
            }
        }
        catch (Exception exception)
        {
            lock (_gate)
                _fault = ExceptionDispatchInfo.Capture(exception);
            _room.Writer.TryWrite(true);
        }
    }

    /// <summary>The pages to store now, or none and how long to wait for one.</summary>
    private void TakePages(List<PageBuilder> pages, out TimeSpan wait)
    {
        wait = Timeout.InfiniteTimeSpan;
        if (TakeFull(pages))
            return;
        _now = _time.GetUtcNow();
        foreach (var stream in _streams)
        {
            if (_stage != Stage.Open || stream.WaitingSince is not { } since)
                continue;
            var rest = since + _options.PartialLineDelay - _now;
            if (rest <= TimeSpan.Zero)
                stream.EmitWaiting(_now);
            else
                wait = Shorter(wait, rest);
        }
        if (TakeFull(pages) || _filling.LineCount == 0)
            return;
        var delay = _storedAt > DateTimeOffset.MinValue ? _storedAt + _options.PageDelay - _now : TimeSpan.Zero;
        if (_stage == Stage.Open && delay > TimeSpan.Zero)
        {
            wait = Shorter(wait, delay);
            return;
        }
        pages.Add(_filling);
        _filling = Empty();
    }

    private bool TakeFull(List<PageBuilder> pages)
    {
        while (pages.Count < PagesAtOnce && _full.TryDequeue(out var full))
            pages.Add(full);
        return pages.Count > 0;
    }

    private PageBuilder Empty() => _spare.TryPop(out var spare) ? spare : new(_options.PageBytes);

    private async Task StoreAsync(List<PageBuilder> pages)
    {
        var tickets = pages.ConvertAll(_ => _order.Next());
        var (nextLine, mark) = (_nextLine, Stored.Mark);
        try
        {
            var documents = new List<LogPage>(pages.Count);
            foreach (var (page, ticket) in pages.Zip(tickets))
            {
                mark = MarkAt(page.Position, mark);
                documents.Add(page.ToPage(ticket.Value, _key, _execution, nextLine, mark));
                nextLine += page.LineCount;
            }
            if (!await _store.AppendAsync(documents, CancellationToken.None))
                throw new LogTakenOverException(_key);
        }
        finally
        {
            tickets.ForEach(ticket => ticket.Dispose());
        }
        // Only now: while a page has its ticket, readers of the execution stop before it.
        if (_execution is { } execution)
            _changes.Signal(ChangeTopic.ExecutionLog(execution));
        double? progress = null;
        lock (_gate)
        {
            Stored = pages[^1].Position with { Mark = mark };
            _nextLine = nextLine;
            _storedAt = _time.GetUtcNow();
            foreach (var page in pages)
            {
                page.Clear();
                _spare.Push(page);
            }
            foreach (var stream in _streams)
                (progress, stream.Progress) = (stream.Progress ?? progress, null);
        }
        _room.Writer.TryWrite(true);
        if (progress is { } value && OnProgress is { } tell)
            await tell(value);
    }

    private static TimeSpan Shorter(TimeSpan wait, TimeSpan other) => wait == Timeout.InfiniteTimeSpan || other < wait ? other : wait;

    private static Channel<bool> Signal() => Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
}

/// <summary>Another runner writes this attempt's log by now: this one has lost the step.</summary>
public sealed class LogTakenOverException(StepKey key) : Exception($"Another runner writes the log of {key.Name} by now.");
