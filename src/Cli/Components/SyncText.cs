using Twinrunner.Cli.Terminals;
using Twinrunner.Client;

namespace Twinrunner.Cli.Components;

/// <summary>How following a component goes, in words.</summary>
internal static class SyncText
{
    /// <summary>For a column.</summary>
    public static string Short(ComponentView component, TimeProvider time) => component.Sync switch
    {
        null => "never",
        { State: "failing" } sync => $"failing, {Humane.Ago(sync.FailingSince ?? sync.LookedAt, time)}",
        { State: "due" } => "due",
        { State: "manual", LookedAt: null } => "manual",
        { State: "manual" } sync => $"manual, {Humane.Ago(sync.LookedAt, time)}",
        var sync => Humane.Ago(sync.LookedAt, time),
    };

    /// <summary>A line or two for people who want to know why there is no new version.</summary>
    public static IEnumerable<string> Long(ComponentSyncView sync, TimeProvider time)
    {
        var looked = sync.LookedAt is null ? "never looked at" : $"looked at {Humane.Ago(sync.LookedAt, time)}";
        var changed = sync.ChangedAt is null ? "" : $", last new version {Humane.Ago(sync.ChangedAt, time)}";
        yield return $"{looked}{changed}, {Next(sync, time)}";
        if (sync.Failure is { } failure)
            yield return sync.Failures > 1 ? $"failing since {Humane.Ago(sync.FailingSince, time)} ({sync.Failures} times): {failure}" : $"failed: {failure}";
    }

    private static string Next(ComponentSyncView sync, TimeProvider time) => sync switch
    {
        { State: "due" } => "a look is due now",
        { NextAt: { } next } => $"next look in {Humane.Duration(next - time.GetUtcNow())}",
        _ => "looked at only when asked for",
    };
}
