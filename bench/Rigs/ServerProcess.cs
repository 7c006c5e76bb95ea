using System.Diagnostics;
using System.Runtime.InteropServices;
using Twinrunner.Bench.Measuring;
using Twinrunner.Bench.Scenarios;
using Twinrunner.Client;
using Twinrunner.TestKit;

namespace Twinrunner.Bench.Rigs;

/// <summary><c>dist/twin serve</c> as a process of its own, on a data folder of its own.</summary>
internal sealed partial class ServerProcess : IAsyncDisposable
{
    private const int Terminate = 15;

    private static readonly string Program = Path.Combine(Repository.Root, "dist", "twin");
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    private readonly TestFolder _folder = new();
    private readonly Process _process;

    private ServerProcess(Process process) => _process = process;

    public RunnerClient Client { get; private set; } = null!;

    /// <summary>From the start of the process until it answers that it is ready.</summary>
    public TimeSpan ReadyAfter { get; private set; }

    /// <param name="arguments">Of <c>twin serve</c>, beside data folder and address.</param>
    /// <exception cref="ScenarioUnavailableException">There is no dist/twin.</exception>
    public static async Task<ServerProcess> StartAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        if (!File.Exists(Program))
            throw new ScenarioUnavailableException("it needs dist/twin (`make dist`).");
        var server = new ServerProcess(new Process());
        try
        {
            await server.LaunchAsync(arguments, cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc cref="Machine.ReadMemory"/>
    public long ReadMemory(string line) => Machine.ReadMemory(_process.Id, line);

    /// <summary>From now on, <c>VmHWM</c> is the most that comes (proc_pid_clear_refs(5)).</summary>
    public void ForgetPeak() => File.WriteAllText($"/proc/{_process.Id}/clear_refs", "5");

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        if (_process is { StartInfo.FileName.Length: > 0 } && !_process.HasExited)
        {
            _ = Kill(_process.Id, Terminate);
            await _process.WaitForExitAsync(CancellationToken.None);
        }
        _process.Dispose();
        _folder.Dispose();
    }

    private async Task LaunchAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        _process.StartInfo = new(Program, ["serve", "--data", _folder["data"], "--listen", "http://127.0.0.1:0", "--log-level", "error", .. arguments])
        {
            RedirectStandardOutput = true,
        };
        _process.Start();
        // "serving FOLDER at ADDRESS"
        var line = await _process.StandardOutput.ReadLineAsync(cancellationToken)
            ?? throw new InvalidOperationException("twin serve ended before it was ready.");
        var address = new Uri(line[(line.LastIndexOf(' ') + 1)..]);
        using (var http = new HttpClient { BaseAddress = address })
        {
            while (!(await http.GetAsync("readyz", cancellationToken)).IsSuccessStatusCode)
                await Task.Delay(Pause, TimeProvider.System, cancellationToken);
        }
        ReadyAfter = Stopwatch.GetElapsedTime(started);
        Client = RunnerClient.Create(address);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
