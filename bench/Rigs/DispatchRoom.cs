using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Twinrunner.Registry;
using Twinrunner.Registry.Images;
using Twinrunner.Runner.Executions;
using Twinrunner.Runner.Executors;
using Twinrunner.Runner.Logs;
using Twinrunner.Runner.Outputs;
using Twinrunner.Runner.Secrets;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;
using Twinrunner.TestKit;

namespace Twinrunner.Bench.Rigs;

/// <summary>Everything that drives steps, on the embedded database, with an executor that launches nothing; without HTTP.</summary>
internal sealed class DispatchRoom : IAsyncDisposable
{
    private const int StepsOfAnExecution = 1_000;

    private readonly TestFolder _folder = new();
    private readonly CountingExecutor _executor;
    private readonly IHost _host;

    /// <param name="folders">Make and remove work folders and store the (empty) output of each step.</param>
    public DispatchRoom(int slots, bool folders)
    {
        _executor = new(new FakeExecutor(TimeProvider.System) { UsesFolders = folders });
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services
            .AddLogging()
            .AddSingleton(TimeProvider.System)
            .AddStorage(new StorageOptions { DataFolder = _folder.Path })
            .AddSingleton<IStepExecutor>(_executor)
            .AddSecrets()
            .AddLogs()
            .AddOutputs()
            .AddRegistry(new() { MirrorFolder = _folder["mirrors"] })
            .AddSingleton<IImageBuilder>(new NoImages())
            .AddExecutions(new SchedulerOptions { Slots = slots }, new Dictionary<string, string>());
        _host = builder.Build();
    }

    /// <summary>Stores executions of a thousand steps each, all queued, before anything drives them. The documents are the planner's.</summary>
    public async Task QueueAsync(int steps, CancellationToken cancellationToken)
    {
        foreach (var store in _host.Services.GetServices<IStore>())
            await store.EnsureIndexesAsync(cancellationToken);
        var planning = Get<WorkflowPlanning>();
        for (var stored = 0; stored < steps; stored += StepsOfAnExecution)
        {
            var size = Math.Min(StepsOfAnExecution, steps - stored);
            var plan = await planning.PlanAsync(new SubmitRequest(SpecOf(size)), dryRun: true, cancellationToken);
            var now = TimeProvider.System.GetUtcNow();
            await Get<StepStore>().InsertAsync(
                [.. plan.Steps.Select(step => step with { Status = StepStatus.Queued, QueuedAt = now, AvailableAt = now })], cancellationToken);
            await Get<ExecutionStore>().TryInsertAsync(plan.Execution!, cancellationToken);
        }
    }

    /// <summary>Starts the scheduler and returns how many steps a second it takes from the queue to their durable end, over the first <paramref name="count"/>.</summary>
    public async Task<double> DriveAsync(int count, CancellationToken cancellationToken)
    {
        await _host.StartAsync(cancellationToken);
        await _executor.FirstLaunch.WaitAsync(cancellationToken);
        var (started, before) = (Stopwatch.GetTimestamp(), _executor.Ended);
        await _executor.WhenEndedAsync(before + count, cancellationToken);
        return count / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    public T Get<T>() where T : notnull => _host.Services.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        await ((IAsyncDisposable)_host).DisposeAsync();
        _folder.Dispose();
    }

    private static string SpecOf(int steps) => $$"""
        title: dispatch
        steps:
          work:
            image: fake:1
            matrix: {i: {from: 1, to: {{steps}} } }
            command: ["true"]
        """;

    /// <summary>Nothing is built here.</summary>
    private sealed class NoImages : IImageBuilder
    {
        public Task<string?> FindAsync(string reference, CancellationToken cancellationToken) => Task.FromResult<string?>(null);

        public Task<ImageResult> PullAsync(string reference, IBuildProgress progress, CancellationToken cancellationToken) =>
            Task.FromResult(ImageResult.Failed(FailureReason.ImagePull, "no images here"));

        public Task<ImageResult> PushAsync(string reference, string target, IBuildProgress progress, CancellationToken cancellationToken) =>
            Task.FromResult(ImageResult.Failed(FailureReason.ImageBuild, "no images here"));

        public Task<ImageResult> BuildAsync(ImageBuild build, Stream context, IBuildProgress progress, CancellationToken cancellationToken) =>
            Task.FromResult(ImageResult.Failed(FailureReason.ImageBuild, "no images here"));
    }
}
