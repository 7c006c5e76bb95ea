using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Twinrunner.EndToEnd.Tests.Support;

/// <summary>What a command came to.</summary>
public sealed record TwinResult(int ExitCode, string Out, string Error)
{
    public IReadOnlyList<string> Lines => Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Everything, for a message when a test fails.</summary>
    public override string ToString() => $"exit code {ExitCode}\n--- stdout\n{Out}\n--- stderr\n{Error}";
}

/// <summary>A running <c>twin</c>, its lines as they come.</summary>
public sealed class TwinProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _commandLine;
    private readonly StringBuilder _out = new();
    private readonly StringBuilder _error = new();
    private readonly List<string> _lines = [];
    private readonly Lock _gate = new();
    private readonly Task _reading;
    private bool _disposed;
    private TaskCompletionSource _changed = NewSignal();

    public TwinProcess(string program, IReadOnlyList<string> args, IReadOnlyDictionary<string, string> environment, string folder, string? input)
    {
        var start = new ProcessStartInfo(program)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (var arg in args)
            start.ArgumentList.Add(arg);
        foreach (var variable in start.Environment.Keys.Where(name => name.StartsWith("TWIN_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(variable);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        _commandLine = $"twin {string.Join(' ', args)}";
        _process = Process.Start(start) ?? throw new InvalidOperationException($"{program} could not be started");
        _reading = Task.WhenAll(ReadAsync(_process.StandardOutput, _out), ReadAsync(_process.StandardError, _error));
        if (input is not null)
            _process.StandardInput.Write(input);
        _process.StandardInput.Close();
    }

    public int Id => _process.Id;

    /// <summary>The first line of either stream that fits, now or later.</summary>
    public async Task<string> LineAsync(Func<string, bool> fits, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var deadline = Deadline(patience, cancellationToken);
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_lines.FirstOrDefault(fits) is { } line)
                    return line;
                changed = _changed.Task;
            }
            if (_reading.IsCompleted)
                throw new InvalidOperationException($"{_commandLine} ended without the line that was waited for\n{Result()}");
            try
            {
                await Task.WhenAny(changed, _reading).WaitAsync(deadline.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException($"{_commandLine} did not print the line in {patience}\n{Result()}");
            }
        }
    }

    public Task<string> LineAsync(string text, TimeSpan patience, CancellationToken cancellationToken) =>
        LineAsync(line => line.Contains(text, StringComparison.Ordinal), patience, cancellationToken);

    public async Task<TwinResult> EndAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        using var deadline = Deadline(patience, cancellationToken);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
            await _reading.WaitAsync(deadline.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"{_commandLine} did not end in {patience}\n{Result()}");
        }
        return Result();
    }

    public void Interrupt() => Signal(2);

    public void Terminate() => Signal(15);

    public void Kill() => _process.Kill();

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
        _process.Dispose();
    }

    private void Signal(int signal)
    {
        if (kill(_process.Id, signal) != 0)
            throw new InvalidOperationException($"signal {signal} did not reach {_commandLine}");
    }

    private TwinResult Result()
    {
        lock (_gate)
            return new TwinResult(_process.HasExited ? _process.ExitCode : -1, _out.ToString(), _error.ToString());
    }

    private async Task ReadAsync(StreamReader reader, StringBuilder all)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_gate)
            {
                all.Append(line).Append('\n');
                _lines.Add(line);
                var changed = _changed;
                _changed = NewSignal();
                changed.TrySetResult();
            }
        }
    }

    private static CancellationTokenSource Deadline(TimeSpan patience, CancellationToken cancellationToken)
    {
        var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(patience);
        return deadline;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int pid, int signal);
}
