using Twinrunner.Cli.Terminals;
using Twinrunner.Client;

namespace Twinrunner.Cli.Components;

/// <summary>Waits for a look that goes on behind the server's answer.</summary>
internal static class SyncFollower
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>The change as it is in the end. Ctrl-C stops the waiting, not the look.</summary>
    public static async Task<ComponentChangeView> EndAsync(ComponentChangeView change, RunnerClient client, CliContext context, CancellationToken cancellationToken)
    {
        if (!change.Looking)
            return change;
        context.Terminal.Note($"{change.Component.Name}: the server still reads {context.Terminal.ForError(change.Component.Repository)}, which may take minutes; Ctrl-C leaves it to that");
        var (id, before) = (change.Component.Id, change.Component.Sync?.LookedAt);
        while (true)
        {
            await Task.Delay(Interval, context.Time, cancellationToken);
            var component = await client.FindComponentAsync(id, cancellationToken) ?? throw CliError.NotFound("the component was removed meanwhile");
            if (component.Sync is not { LookedAt: { } looked } sync || looked == before)
                continue;
            if (sync.Failure is { } failure)
                throw new CliError(ExitCode.Usage, failure, $"it is tried again; twin component show {component.Name} tells");
            return change with { Component = component, Looking = false, Warnings = sync.Warnings };
        }
    }
}
