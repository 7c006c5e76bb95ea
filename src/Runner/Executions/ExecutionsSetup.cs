using Microsoft.Extensions.DependencyInjection;
using Twinrunner.Runner.Executors;
using Twinrunner.Runner.Nodes;
using Twinrunner.Storage;

namespace Twinrunner.Runner.Executions;

public static class ExecutionsSetup
{
    /// <summary>What it takes to accept executions and to drive their steps on this node.</summary>
    /// <param name="labels">What steps may ask this node to have.</param>
    public static IServiceCollection AddExecutions(
        this IServiceCollection services,
        SchedulerOptions options,
        IReadOnlyDictionary<string, string> labels) => services
        .AddSingleton(options)
        .AddSingleton(provider => NodeIdentity.Load(
            provider.GetRequiredService<StorageOptions>().DataFolder, provider.GetRequiredService<TimeProvider>()))
        .AddSingleton(provider => new NodeBudget(
            NodeMeasure.Capacity(options.Slots), provider.GetRequiredService<ExecutorSet>().Names, labels))
        .AddSingleton<NodeLoad>()
        .AddSingleton<ExecutorSet>()
        .AddSingleton<ParallelLimits>()
        .AddSingleton<HeldSteps>()
        .AddSingleton<EventPublisher>()
        .AddSingleton<ExecutionAdvancer>()
        .AddSingleton<WorkflowPlanning>()
        .AddSingleton<ExecutionService>()
        .AddSingleton<StepPreparation>()
        .AddSingleton<StepCompletion>()
        .AddSingleton<StepRunner>()
        .AddSingleton<Scheduler>()
        // In this order they start, and in the opposite one they stop: events of the last steps are still stored.
        .AddHostedService(provider => provider.GetRequiredService<EventPublisher>())
        .AddHostedService<NodeHeartbeat>()
        .AddHostedService<LeaseKeeper>()
        .AddHostedService(provider => provider.GetRequiredService<Scheduler>())
        .AddHostedService<Sweeper>();
}
