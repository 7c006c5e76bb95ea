using System.Buffers;
using System.Diagnostics;
using System.Security.Cryptography;
using Twinrunner.Bench.Measuring;
using Twinrunner.Bench.Rigs;

namespace Twinrunner.Bench.Scenarios;

/// <summary>Two containers that print 200 MB each as fast as they can.</summary>
internal sealed class LogFlood : IScenario
{
    private const int Containers = 2;
    private const int Lines = 2_000_000;
    private const int LineBytes = 100; // with its newline
    private const double Megabytes = (double)Containers * Lines * LineBytes / 1e6;
    private const double BudgetShare = 0.9, BudgetMegabytes = 150;
    private const string Us = "Twinrunner", Raw = "attach, read and dropped";

    private static readonly string Padding = new('x', LineBytes - 12);

    /// <summary>Numbered lines, so that none can be lost, doubled or moved unnoticed.</summary>
    private static readonly string[] Printing =
        ["awk", "-v", $"pad={Padding}", $"BEGIN {{ for (i = 1; i <= {Lines}; i++) printf(\"%010d %s\\n\", i, pad) }}"];

    public string Name => "log-flood";

    public string Title => "A log of 200 MB from each of two containers";

    public async Task<ScenarioReport> RunAsync(BenchSettings settings, CancellationToken cancellationToken)
    {
        await using var rig = await ContainerRig.OpenAsync(slots: Containers, cancellationToken);
        await using var server = await ServerProcess.StartAsync(["--slots", "4"], cancellationToken);
        var expected = await Task.Run(HashOfPrinted, cancellationToken);
        var faults = new List<string>();
        var (storing, reading) = (new Samples(), new Samples());
        var spec = BenchWorkflows.SideBySide(rig.Image, Containers, Printing);
        List<Contestant> contestants =
        [
            new(Raw, async token =>
            {
                var started = Stopwatch.GetTimestamp();
                await Task.WhenAll(Enumerable.Range(0, Containers).Select(_ => rig.Floor.RunAsync(Printing, token)));
                return Megabytes / Stopwatch.GetElapsedTime(started).TotalSeconds;
            }),
            new(Us, async token =>
            {
                server.ForgetPeak();
                var started = Stopwatch.GetTimestamp();
                var execution = await ContainerRig.RunToEndAsync(server.Client, new() { Spec = spec }, token);
                var rate = Megabytes / Stopwatch.GetElapsedTime(started).TotalSeconds;
                storing.Add(server.ReadMemory("VmHWM") / 1e6);
                await foreach (var step in server.Client.AllStepsAsync(execution, token))
                {
                    if (await FaultOfAsync(server, step.Id, expected, token) is { } fault)
                        faults.Add(fault);
                }
                reading.Add(server.ReadMemory("VmHWM") / 1e6);
                return rate;
            }),
        ];
        var (samples, notes) = await Rounds.RunAsync(contestants, settings.Rounds ?? 3, settings, rig.SettleAsync, cancellationToken);

        var share = samples[Us].Median / samples[Raw].Median;
        return new(
        [
            new(Raw, samples[Raw], Unit.MegabytesPerSecond),
            new(Us, samples[Us], Unit.MegabytesPerSecond),
            new("most memory of the server, while both are stored", storing, Unit.Megabytes),
            new("most memory of the server, once both were read back", reading, Unit.Megabytes),
        ])
        {
            Budgets =
            [
                new("log flood 200 MB, two containers", "≥ 90 % of the attach rate", $"{share:0%}", share >= BudgetShare),
                new("log flood 200 MB, two containers", "exact", faults.Count == 0 ? "every byte of every round" : faults[0], faults.Count == 0),
                new("log flood 200 MB, two containers", "server under 150 MB RSS", $"{storing.Median:0} MB at the most while both are stored, {reading.Median:0} MB once both were read back", reading.Median < BudgetMegabytes),
            ],
            Notes =
            [
                "MB are 10⁶ bytes, of both containers together, from submission (or creation) to the end. Twinrunner stores every line durably in that time; the raw reader stores nothing.",
                "The memory is VmHWM of each round.",
                .. notes,
            ],
        };
    }

    /// <summary>Reads a stored log and compares it with what was printed. Null: they are the same.</summary>
    private static async Task<string?> FaultOfAsync(ServerProcess server, string step, string expected, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var log = await server.Client.OpenLogAsync(step, attempt: null, cancellationToken);
        var buffer = ArrayPool<byte>.Shared.Rent(128 * 1024);
        long bytes = 0, lines = 0;
        while (await log.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            hash.AppendData(buffer, 0, read);
            bytes += read;
            lines += buffer.AsSpan(0, read).Count((byte)'\n');
        }
        ArrayPool<byte>.Shared.Return(buffer);
        return Convert.ToHexStringLower(hash.GetHashAndReset()) == expected
            ? null
            : $"{lines:N0} lines and {bytes:N0} bytes of {Lines:N0} and {(long)Lines * LineBytes:N0}, or others than were printed";
    }

    private static string HashOfPrinted()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var line = System.Text.Encoding.ASCII.GetBytes($"{0:0000000000} {Padding}\n");
        for (var i = 1; i <= Lines; i++)
        {
            i.TryFormat(line.AsSpan(0, 10), out _, "0000000000");
            hash.AppendData(line);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
