using System.Text.Json;
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

namespace Twinrunner.Runner.Tests.Executions;

/// <summary>Everything that drives executions, on a real database, with an executor that launches nothing. Dispose and make another one on the same storage to restart.</summary>
internal sealed class EngineRoom : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly IHost _host;

    private EngineRoom(IHost host, FakeExecutor executor) => (_host, Executor) = (host, executor);

    public FakeExecutor Executor { get; }

    public ExecutionService Service => Get<ExecutionService>();

    public StepStore Steps => Get<StepStore>();

    public T Get<T>() where T : notnull => _host.Services.GetRequiredService<T>();

    public static async Task<EngineRoom> StartAsync(StorageOptions storage, FakeExecutor? executor = null, Action<SchedulerOptions>? configure = null, OutputOptions? outputs = null)
    {
        executor ??= new(TimeProvider.System);
        // No sweep for standstill: it would mend after a while what these tests are to find.
        var options = new SchedulerOptions { Slots = 4, PollInterval = TimeSpan.FromMilliseconds(20), StandstillInterval = TimeSpan.FromHours(1) };
        configure?.Invoke(options);
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services
            .AddLogging()
            .AddSingleton(TimeProvider.System)
            .AddStorage(storage)
            .AddSingleton<IStepExecutor>(executor)
            .AddSecrets()
            .AddLogs()
            .AddOutputs(outputs)
            .AddRegistry(new() { MirrorFolder = Path.Combine(storage.DataFolder, "mirrors") })
            .AddSingleton<IImageBuilder>(new NoImages())
            .AddExecutions(options, new Dictionary<string, string>());
        var room = new EngineRoom(builder.Build(), executor);
        await room._host.StartAsync(Cancellation);
        return room;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        await ((IAsyncDisposable)_host).DisposeAsync();
    }

    public async Task<Execution> SubmitAsync(string spec, params (string Name, string Value)[] parameters)
    {
        var submitted = await Service.SubmitAsync(
            new(spec) { Parameters = parameters.ToDictionary(p => p.Name, p => JsonSerializer.SerializeToElement(p.Value)) }, Cancellation);
        Assert.True(submitted.Execution is not null, string.Join("\n", submitted.Faults));
        return submitted.Execution;
    }

    /// <summary>Waits until the execution has ended, and returns it.</summary>
    public Task<Execution> EndOfAsync(Execution execution) => WhenAsync(
        execution.Id,
        async () => await Get<ExecutionStore>().GetAsync(execution.Id, Cancellation) is { } now && now.Status.IsFinal() ? now : null,
        "to end");

    /// <summary>Waits until the step is in that status, and returns it.</summary>
    public Task<Step> StepAsync(Execution execution, string name, StepStatus status) => WhenAsync(
        execution.Id,
        async () => await StepAsync(execution, name) is { } step && step.Status == status ? step : null,
        $"for step '{name}' to be {status}");

    public async Task<Step> StepAsync(Execution execution, string name) =>
        await Steps.FindByNameAsync(execution.Id, name, Cancellation) ?? throw new InvalidOperationException($"no step '{name}'");

    public async Task<string> StatusesAsync(Execution execution) => string.Join(
        " ", (await Steps.ListAsync(execution.Id, null, 1000, Cancellation)).Select(step => $"{step.Name}={step.Status}"));

    /// <summary>Looks after every event of the execution whether it is so.</summary>
    public async Task<T> WhenAsync<T>(Id<Execution> execution, Func<Task<T?>> look, string what) where T : class
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(Patience);
        using var changes = Get<ChangeFeed>().Subscribe(ChangeTopic.Execution(execution));
        try
        {
            while (true)
            {
                if (await look() is { } found)
                    return found;
                await changes.WaitAsync(patience.Token);
            }
        }
        catch (OperationCanceledException) when (!Cancellation.IsCancellationRequested)
        {
            var steps = await Steps.ListAsync(execution, null, 100, Cancellation);
            throw new TimeoutException($"Waited {Patience} {what}. Steps: {string.Join("; ", steps.Select(s => $"{s.Name} {s.Status} attempt {s.Attempt} {s.Message}"))}");
        }
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>These tests run images by name; none is built.</summary>
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
