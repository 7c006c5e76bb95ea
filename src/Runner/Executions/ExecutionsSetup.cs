using Microsoft.Extensions.DependencyInjection;
using Twinrunner.Runner.Executions.Attempts;
using Twinrunner.Runner.Executors;
using Twinrunner.Runner.Nodes;
using Twinrunner.Runner.Telemetry;
using Twinrunner.Runner.Twins;
using Twinrunner.Storage;

namespace Twinrunner.Runner.Executions;

public static class ExecutionsSetup
{
    /// <summary>What it takes to accept executions and to change their course.</summary>
    public static IServiceCollection AddExecutionRequests(this IServiceCollection services) => services
        .AddDigitalTwins()
        .AddSingleton(provider => NodeIdentity.Load(
            provider.GetRequiredService<StorageOptions>().DataFolder, provider.GetRequiredService<TimeProvider>()))
        .AddSingleton<ParallelLimits>()
        .AddSingleton<EventPublisher>()
        .AddSingleton<ExecutionAdvancer>()
        .AddSingleton<WorkflowPlanning>()
        .AddSingleton<ExecutionService>()
        .AddHostedService(provider => provider.GetRequiredService<EventPublisher>());

    /// <summary>What it takes to accept executions and to drive their steps on this node.</summary>
    /// <param name="labels">What steps may ask this node to have.</param>
    public static IServiceCollection AddExecutions(
        this IServiceCollection services,
        SchedulerOptions options,
        IReadOnlyDictionary<string, string> labels) => services
        .AddExecutionRequests()
        .AddSingleton(options)
        .AddSingleton(provider => new NodeBudget(
            NodeMeasure.Capacity(options.Slots), provider.GetRequiredService<ExecutorSet>().Names, labels))
        .AddSingleton<NodeLoad>()
        .AddMetrics()
        .AddSingleton<StepMeters>()
        .AddSingleton<ExecutorSet>()
        .AddSingleton<HeldSteps>()
        .AddSingleton<StepPreparation>()
        .AddSingleton<StepCompletion>()
        .AddSingleton<StepRunner>()
        .AddSingleton<Scheduler>()
        // In this order they start, and in the opposite one they stop, all before the publisher of events: those of the last
        // steps are still stored.
        .AddHostedService<NodeHeartbeat>()
        .AddHostedService<QueueDepth>()
        .AddHostedService<LeaseKeeper>()
        .AddHostedService(provider => provider.GetRequiredService<Scheduler>())
        .AddHostedService<Sweeper>();
}
