using System.Diagnostics;
using Twinrunner.Bench.Measuring;
using Twinrunner.Bench.Rigs;
using Twinrunner.Runner.Executors;
using Twinrunner.Runner.Outputs;
using Twinrunner.TestKit;

namespace Twinrunner.Bench.Scenarios;

/// <summary>What a step left goes into the embedded object store: one big file, and a tree of many small ones.</summary>
internal sealed class Upload : IScenario
{
    private const double BudgetMegabytes = 100;
    private const string Us = "Twinrunner", Rclone = "rclone copy, then sync";

    public string Name => "upload";

    public string Title => "Outputs of a step: a file of 2 GiB, and 20,000 files of 16 KiB";

    public async Task<ScenarioReport> RunAsync(BenchSettings settings, CancellationToken cancellationToken)
    {
        using var folder = new TestFolder();
        await using var stores = await TestStores.OpenAsync(services => services.AddOutputs(), cancellationToken);
        var figures = new List<Figure>();
        var budgets = new List<BudgetLine>();
        var allNotes = new List<string>();
        foreach (var (what, make) in (IEnumerable<(string, Action<string>)>)[("2 GiB file", OutputTrees.MakeBig), ("20,000 files", path => OutputTrees.MakeMany(path, 20_000))])
        {
            var before = Machine.ReadMemory(Environment.ProcessId, "VmHWM");
            List<Contestant> contestants =
            [
                new(Us, token => CollectAsync(stores, make, token)),
                new(Rclone, token => CopyAsync(folder, make, token)),
            ];
            var (samples, notes) = await Rounds.RunAsync(contestants, settings.Rounds ?? 3, settings, _ => Task.CompletedTask, cancellationToken);
            figures.AddRange(samples.Select(pair => new Figure($"{what}: {pair.Key}", pair.Value, Unit.Seconds)));
            allNotes.AddRange(notes);
            if (samples.TryGetValue(Rclone, out var rclone))
                budgets.Add(new($"output upload, {what}", "≥ rclone", $"{rclone.Median / samples[Us].Median:0.00} × as fast", samples[Us].Median <= rclone.Median));
            var grown = (Machine.ReadMemory(Environment.ProcessId, "VmHWM") - before) / 1e6;
            budgets.Add(new($"output upload, {what}", "constant memory", $"grew by {grown:0} MB", grown < BudgetMegabytes));
        }
        return new(figures)
        {
            Budgets = budgets,
            Notes =
            [
                "Twinrunner hashes every file, links it into the store, and flushes it and the manifest to the disk. rclone copies and compares hashes; `sync` then flushes what it wrote.",
                .. allNotes.Distinct(),
            ],
        };
    }

    private static async Task<double> CollectAsync(TestStores stores, Action<string> make, CancellationToken cancellationToken)
    {
        var step = await stores.AddStepAsync(step => step, cancellationToken);
        var (key, work) = (new StepKey(step.Id, step.Attempt), stores.Get<WorkFolders>());
        var folders = work.Create(key);
        make(folders.Output);
        await Command.RunAsync("/", "sync", [], cancellationToken);
        var collector = stores.Get<OutputCollector>();
        using var patience = collector.Patience(_ => Task.CompletedTask, CancellationToken.None);
        var started = Stopwatch.GetTimestamp();
        var collected = await collector.CollectAsync(step, step.Attempt, folders, ResolvedInputs.Of([]), patience, cancellationToken);
        var taken = Stopwatch.GetElapsedTime(started).TotalSeconds;
        if (!collected.Succeeded)
            throw new InvalidOperationException(collected.Message);
        work.Delete(key);
        Directory.Delete(stores.Folder["objects"], recursive: true);
        Directory.CreateDirectory(stores.Folder["objects/%incoming"]);
        return taken;
    }

    private static async Task<double> CopyAsync(TestFolder folder, Action<string> make, CancellationToken cancellationToken)
    {
        var (source, target) = (folder["source"], folder["target"]);
        Directory.CreateDirectory(source);
        make(source);
        await Command.RunAsync("/", "sync", [], cancellationToken);
        var started = Stopwatch.GetTimestamp();
        await Command.RunAsync("/", "rclone", ["copy", "--config", "/dev/null", "--checksum", source, target], cancellationToken);
        await Command.RunAsync("/", "sync", ["-f", target], cancellationToken);
        var taken = Stopwatch.GetElapsedTime(started).TotalSeconds;
        Directory.Delete(source, recursive: true);
        Directory.Delete(target, recursive: true);
        return taken;
    }
}
