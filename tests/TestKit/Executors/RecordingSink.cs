using System.Buffers;
using System.Text;
using Twinrunner.Runner.Executors;
using Twinrunner.Storage.Documents;

namespace Twinrunner.TestKit.Executors;

/// <summary>Keeps all that an executor tells, and lets a test wait for it.</summary>
public sealed class RecordingSink : IStepSink
{
    private readonly Lock _lock = new();
    private readonly ArrayBufferWriter<byte> _stdout = new();
    private readonly ArrayBufferWriter<byte> _stderr = new();
    private readonly StringBuilder _runner = new();
    private string? _mark;
    private readonly List<(Func<RecordingSink, bool> Condition, TaskCompletionSource Done)> _waiting = [];

    public byte[] Stdout { get { lock (_lock) return _stdout.WrittenSpan.ToArray(); } }
    public byte[] Stderr { get { lock (_lock) return _stderr.WrittenSpan.ToArray(); } }
    public string StdoutText => Encoding.UTF8.GetString(Stdout);

    /// <summary>What Twinrunner itself had to say.</summary>
    public string RunnerText { get { lock (_lock) return _runner.ToString(); } }

    /// <summary>What was given, as the position after which an adopted log goes on.</summary>
    public LogPosition Position { get { lock (_lock) return new(_stdout.WrittenCount, _stderr.WrittenCount, _mark); } }

    public List<string> Activities { get; } = [];
    public string? Handle { get; private set; }
    public IReadOnlyDictionary<int, int> Ports { get; private set; } = new Dictionary<int, int>();
    public DateTimeOffset? StartedAt { get; private set; }
    public int Starts { get; private set; }
    public bool IsReady { get; private set; }
    public bool IsCollecting { get; private set; }

    /// <summary>Called with each piece of the log before it is kept: to slow the writer down, or to fail.</summary>
    public Func<CancellationToken, ValueTask>? OnLog { get; init; }

    public async ValueTask WriteLogAsync(LogStream stream, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (OnLog is not null)
            await OnLog(cancellationToken);
        lock (_lock)
        {
            if (stream == LogStream.Runner)
                _runner.Append(Encoding.UTF8.GetString(bytes.Span));
            else
                (stream == LogStream.Stdout ? _stdout : _stderr).Write(bytes.Span);
        }
        Signal();
    }

    public ValueTask ActivityAsync(string? activity, CancellationToken cancellationToken)
    {
        if (activity is not null)
            Activities.Add(activity);
        return ValueTask.CompletedTask;
    }

    public ValueTask StartedAsync(string handle, ServedPorts ports, DateTimeOffset at, CancellationToken cancellationToken)
    {
        (Handle, Ports, StartedAt) = (handle, ports.Published, at);
        Starts++;
        Signal();
        return ValueTask.CompletedTask;
    }

    public ValueTask MarkLogAsync(string mark, CancellationToken cancellationToken)
    {
        lock (_lock)
            _mark = mark;
        return ValueTask.CompletedTask;
    }

    public ValueTask CollectingAsync(CancellationToken cancellationToken)
    {
        IsCollecting = true;
        Signal();
        return ValueTask.CompletedTask;
    }

    public ValueTask ReadyAsync(CancellationToken cancellationToken)
    {
        IsReady = true;
        Signal();
        return ValueTask.CompletedTask;
    }

    /// <summary>Returns when the condition holds; it is looked at after each call.</summary>
    public async Task WaitAsync(Func<RecordingSink, bool> condition, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
            _waiting.Add((condition, done));
        Signal();
        await done.Task.WaitAsync(TimeSpan.FromSeconds(60), cancellationToken);
    }

    private void Signal()
    {
        lock (_lock)
        {
            foreach (var (condition, done) in _waiting)
            {
                if (condition(this))
                    done.TrySetResult();
            }
        }
    }
}
