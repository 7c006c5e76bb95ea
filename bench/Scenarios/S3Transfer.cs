using System.Diagnostics;
using Twinrunner.Bench.Measuring;
using Twinrunner.Bench.Rigs;
using Twinrunner.Runner.Executors;
using Twinrunner.Runner.Outputs;
using Twinrunner.Runner.Outputs.Manifests;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Objects;
using Twinrunner.TestKit;

namespace Twinrunner.Bench.Scenarios;

/// <summary>Outputs go into a bucket, and come back as inputs of another step: beside rclone and Amazon's own command, at the same server.</summary>
internal sealed class S3Transfer : IScenario
{
    private const double BudgetMegabytes = 200;
    private const string Us = "Twinrunner", Rclone = "rclone copy", Aws = "aws s3 cp";

    public string Name => "s3";

    public string Title => "A file of 2 GiB, 2,000 and 20,000 files of 16 KiB, to an S3 server and back";

    public async Task<ScenarioReport> RunAsync(BenchSettings settings, CancellationToken cancellationToken)
    {
        await using var bucket = await TestS3.Get(TestS3.First).MakeBucketAsync(cancellationToken);
        using var folder = new TestFolder();
        await using var stores = await TestStores.OpenAsync(services => services.AddOutputs(new OutputOptions { CacheBytes = 0 }), bucket.Options, cancellationToken);
        var figures = new List<Figure>();
        var budgets = new List<BudgetLine>();
        var allNotes = new List<string>();
        foreach (var (what, make) in (IEnumerable<(string, Action<string>)>)
            [("2 GiB file", OutputTrees.MakeBig), ("2,000 files", path => OutputTrees.MakeMany(path, 2_000)), ("20,000 files", path => OutputTrees.MakeMany(path, 20_000))])
        {
            var tree = Directory.CreateDirectory(folder[what]).FullName;
            make(tree);
            var before = Machine.ReadMemory(Environment.ProcessId, "VmHWM");
            List<Output> stored = [];
            List<Contestant> up =
            [
                new(Us, token => CollectAsync(stores, tree, stored, token)),
                new(Rclone, token => RunAsync("env", [.. RcloneOptions(bucket), tree, $":s3:{bucket.Options.Bucket}/rclone"], token)),
                new(Aws, token => RunAsync("env", [.. AwsOptions(bucket), "s3", "cp", "--recursive", "--quiet", tree, $"s3://{bucket.Options.Bucket}/aws"], token)),
            ];
            await CompareAsync($"{what} up", up);
            List<Contestant> down =
            [
                new(Us, token => StageAsync(stores, stored[^1], token)),
                new(Rclone, token => IntoAsync(folder, target => RunAsync("env", [.. RcloneOptions(bucket), $":s3:{bucket.Options.Bucket}/rclone", target], token))),
                new(Aws, token => IntoAsync(folder, target => RunAsync("env", [.. AwsOptions(bucket), "s3", "cp", "--recursive", "--quiet", $"s3://{bucket.Options.Bucket}/aws", target], token))),
            ];
            await CompareAsync($"{what} down", down);
            var grown = (Machine.ReadMemory(Environment.ProcessId, "VmHWM") - before) / 1e6;
            budgets.Add(new($"S3, {what}", "constant memory", $"grew by {grown:0} MB", grown < BudgetMegabytes));
            Directory.Delete(tree, recursive: true);
            await DeleteAsync(bucket.Store, "", cancellationToken);
        }
        return new(figures)
        {
            Budgets = budgets,
            Notes =
            [
                "Up, Twinrunner hashes every file and stores a manifest; down, it compares each file with the manifest's hash. Its folders are removed between the rounds; the others write over what they wrote.",
                .. allNotes.Distinct(),
            ],
        };

        async Task CompareAsync(string what, List<Contestant> contestants)
        {
            var (samples, notes) = await Rounds.RunAsync(contestants, settings.Rounds ?? 3, settings, _ => Task.CompletedTask, cancellationToken);
            figures.AddRange(samples.Select(pair => new Figure($"{what}: {pair.Key}", pair.Value, Unit.Seconds)));
            allNotes.AddRange(notes);
            if (samples.TryGetValue(Rclone, out var rclone))
                budgets.Add(new($"S3, {what}", "≥ rclone", $"{rclone.Median / samples[Us].Median:0.00} × as fast", samples[Us].Median <= rclone.Median));
        }
    }

    private static async Task<double> CollectAsync(TestStores stores, string tree, List<Output> stored, CancellationToken cancellationToken)
    {
        var step = await stores.AddStepAsync(step => step, cancellationToken);
        var key = new StepKey(step.Id, step.Attempt);
        var made = stores.Get<WorkFolders>().Create(key);
        var collector = stores.Get<OutputCollector>();
        using var patience = collector.Patience(_ => Task.CompletedTask, CancellationToken.None);
        var started = Stopwatch.GetTimestamp();
        var collected = await collector.CollectAsync(step, step.Attempt, made with { Output = tree }, ResolvedInputs.Of([]), patience, cancellationToken);
        var taken = Stopwatch.GetElapsedTime(started).TotalSeconds;
        stores.Get<WorkFolders>().Delete(key);
        // Of each round only the last stays, so that the server doesn't fill up.
        if (stored.Count > 0)
            await DeleteAsync(stores.Get<IObjectStore>(), stored[^1].KeyPrefix + "/", cancellationToken);
        stored.Add(collected.Main ?? throw new InvalidOperationException(collected.Message));
        return taken;
    }

    private static Task DeleteAsync(IObjectStore objects, string prefix, CancellationToken cancellationToken) => Parallel.ForEachAsync(
        objects.ListAsync(prefix, cancellationToken), new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellationToken },
        async (item, token) => await objects.DeleteAsync(item.Key, token));

    private static async Task<double> StageAsync(TestStores stores, Output output, CancellationToken cancellationToken)
    {
        var step = await stores.AddStepAsync(step => step, cancellationToken);
        var key = new StepKey(step.Id, step.Attempt);
        var made = stores.Get<WorkFolders>().Create(key);
        var started = Stopwatch.GetTimestamp();
        var files = await stores.Get<ManifestReader>().ReadAsync(output, cancellationToken)
            .Select(entry => new InputFile(entry.Path, entry.Size, entry.Sha256 ?? "", Convert.ToInt32(entry.Mode ?? "0", 8), entry.Key ?? "") { Kind = entry.Kind })
            .ToListAsync(cancellationToken);
        await stores.Get<InputStager>().StageAsync(ResolvedInputs.Of(files), made, _ => Task.CompletedTask, cancellationToken);
        var taken = Stopwatch.GetElapsedTime(started).TotalSeconds;
        stores.Get<WorkFolders>().Delete(key);
        return taken;
    }

    private static async Task<double> RunAsync(string name, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        await Command.RunAsync("/", name, arguments, cancellationToken);
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task<double> IntoAsync(TestFolder folder, Func<string, Task<double>> fetch)
    {
        var target = Directory.CreateDirectory(folder["target"]).FullName;
        try
        {
            return await fetch(target);
        }
        finally
        {
            Directory.Delete(target, recursive: true);
        }
    }

    /// <summary>Files that are there are sent again, as Twinrunner's are. rclone refuses to begin with authorities of Amazon's tools in the environment.</summary>
    private static string[] RcloneOptions(TestBucket bucket) =>
    [
        "-u", "AWS_CA_BUNDLE", "rclone", "copy", "--config", "/dev/null", "--ignore-times", "--s3-provider", "Ceph", "--s3-endpoint", bucket.Options.Endpoint!.ToString(),
        "--s3-access-key-id", bucket.Options.AccessKey!, "--s3-secret-access-key", bucket.Options.SecretKey!, "--s3-no-check-bucket",
    ];

    private static string[] AwsOptions(TestBucket bucket) =>
    [
        $"AWS_ACCESS_KEY_ID={bucket.Options.AccessKey}", $"AWS_SECRET_ACCESS_KEY={bucket.Options.SecretKey}", "AWS_DEFAULT_REGION=us-east-1",
        "AWS_REQUEST_CHECKSUM_CALCULATION=when_required", "aws", "--endpoint-url", bucket.Options.Endpoint!.ToString(),
    ];
}
