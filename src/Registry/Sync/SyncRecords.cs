using System.Text.Json;
using Twinrunner.Registry.Components;
using Twinrunner.Registry.GitHub;
using Twinrunner.Registry.Sources;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Registry.Sync;

/// <summary>Writes down how looks ended, when the next ones are due, and tells what is new about failures.</summary>
internal sealed class SyncRecords(
    ComponentSyncStore syncs, RegistryEvents events, SyncSchedule schedule, SyncMeters meters, RegistryOptions options, TimeProvider time)
{
    /// <summary>The component's record; for one that has none yet it is made, and due now if the component is followed.</summary>
    public Task<ComponentSync> EnsureAsync(Component component, CancellationToken cancellationToken) =>
        EnsureAsync(component, time.GetUtcNow(), cancellationToken);

    /// <param name="firstAt">When the loop is to look first; null: only when somebody asks.</param>
    public async Task<ComponentSync> EnsureAsync(Component component, DateTimeOffset? firstAt, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await syncs.GetAsync(component.Id, cancellationToken) is { } stored)
                return stored;
            var made = new ComponentSync
            {
                Id = ComponentSync.IdOf(component.Id),
                RepositoryKey = RepositoryKey.Of(component.Repository),
                NextAt = IntervalOf(component) > TimeSpan.Zero ? firstAt : null,
            };
            if (await syncs.TryInsertAsync(made, cancellationToken))
                return made;
        }
    }

    public async Task SucceededAsync(Attempt attempt, LookResult result, CancellationToken cancellationToken)
    {
        var (component, before) = (attempt.Component, attempt.Sync);
        foreach (var warning in result.Warnings.Concat(result.ImageWarnings).Except([.. before.Warnings, .. before.ImageWarnings]))
            await events.TellAsync("component.warning", $"{component.Name}: {warning}", cancellationToken);
        await WriteAsync(attempt, sync => Ended(sync, attempt) with
        {
            ChangedAt = result.Changed ? attempt.Began : sync.ChangedAt,
            Failure = null,
            Failures = 0,
            FailingSince = null,
            Warnings = result.Warnings,
            ImageWarnings = result.ImageWarnings,
            // A look at something else than what is followed says nothing of when to look again, or of what need not be read.
            NextAt = attempt.Selection.IsByHand ? sync.NextAt : NextOf(sync, attempt, schedule.AfterSuccess(IntervalOf(component))),
            References = attempt.Selection.IsByHand ? sync.References : result.References,
            GitHub = result.Facts.GitHub is { } seen ? JsonSerializer.Serialize(seen, GitHubSeenJson.Default.GitHubSeen) : sync.GitHub,
        }, cancellationToken);
        if (before.Failure is not null)
            await events.TellAsync("component.syncRecovered", $"{component.Name}: its repository can be read again.", cancellationToken);
        meters.Ended("succeeded", time.GetUtcNow() - attempt.Began);
    }

    public async Task FailedAsync(Attempt attempt, string sentence, CancellationToken cancellationToken)
    {
        meters.Ended("failed", time.GetUtcNow() - attempt.Began);
        if (attempt.Selection.IsByHand && !attempt.Component.Pending)
            return; // who asked is told; what is followed is none the worse
        await WriteAsync(attempt, sync => Ended(sync, attempt) with
        {
            Failure = sentence,
            Failures = sync.Failures + 1,
            FailingSince = sync.FailingSince ?? attempt.Began,
            NextAt = NextOf(sync, attempt, schedule.AfterFailure(IntervalOf(attempt.Component), sync.Failures + 1)),
        }, cancellationToken);
        if (attempt.Sync.Failure != sentence)
            await events.TellAsync("component.syncFailed", $"{attempt.Component.Name}: {sentence}", cancellationToken);
    }

    /// <summary>Not a failure that counts: the next look is due when the limit is over.</summary>
    public async Task PostponedAsync(Component component, ComponentSync before, SyncPostponedException postponed, long? fence, CancellationToken cancellationToken)
    {
        meters.Ended("postponed", TimeSpan.Zero);
        await syncs.UpdateAsync(
            component.Id,
            sync => IsOlder(fence, sync) ? null : sync with { Failure = postponed.Message, NextAt = schedule.AfterLimit(postponed.Until), RequestedAt = null, Fence = fence ?? sync.Fence },
            cancellationToken);
        if (before.Failure != postponed.Message)
            await events.TellAsync("component.syncPostponed", $"{component.Name}: {postponed.Message}", cancellationToken);
    }

    private Task<ComponentSync?> WriteAsync(Attempt attempt, Func<ComponentSync, ComponentSync> change, CancellationToken cancellationToken) =>
        syncs.UpdateAsync(attempt.Component.Id, sync => IsOlder(attempt.Fence, sync) ? null : change(sync), cancellationToken);

    private ComponentSync Ended(ComponentSync sync, Attempt attempt) => sync with
    {
        LookedAt = attempt.Began,
        TookMilliseconds = (long)(time.GetUtcNow() - attempt.Began).TotalMilliseconds,
        RequestedAt = sync.RequestedAt > attempt.Began ? sync.RequestedAt : null,
        Fence = attempt.Fence ?? sync.Fence,
    };

    /// <summary>Who asked while the look went on wants another: it may have been before what the wish was about.</summary>
    private static DateTimeOffset? NextOf(ComponentSync sync, Attempt attempt, DateTimeOffset? next) =>
        sync.RequestedAt > attempt.Began ? sync.RequestedAt : next;

    /// <summary>A loop that has lost its lease writes nothing over what its successor wrote.</summary>
    private static bool IsOlder(long? fence, ComponentSync sync) => fence < sync.Fence;

    private TimeSpan IntervalOf(Component component) => component.SyncSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : options.SyncInterval;
}
