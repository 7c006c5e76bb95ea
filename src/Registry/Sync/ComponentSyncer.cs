using Microsoft.Extensions.Logging;
using Twinrunner.Registry.Components;
using Twinrunner.Registry.Sources;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Registry.Sync;

/// <summary>
/// Looks at one component's repository and registers what is new: look, plan, store, tell. It may be done again at any time and after
/// any interruption; what is registered already stays as it is. How it ended is written down with the component.
/// </summary>
internal sealed partial class ComponentSyncer(
    ComponentSources sources,
    RepositoryLook look,
    ComponentStore components,
    ComponentSyncStore syncs,
    VersionIntake versions,
    VersionImages images,
    SyncRecords records,
    RegistryEvents events,
    TimeProvider time,
    ILogger<ComponentSyncer> logger) : IDisposable
{
    private readonly KeyedGate _gate = new();

    /// <param name="takesAnyName">The component keeps its provisional name where its own is taken; false: that is a conflict.</param>
    /// <param name="fence">Of the loop that asks; null: a user does.</param>
    public async Task<ComponentOutcome> SyncAsync(
        Id<Component> id, SourceSelection selection, bool takesAnyName, long? fence, CancellationToken cancellationToken)
    {
        using var entry = await _gate.EnterAsync(id.ToString(), cancellationToken);
        if (await components.GetAsync(id, cancellationToken) is not { } component)
            return new ComponentOutcome.NotFound();
        var sync = await records.EnsureAsync(component, cancellationToken);
        if (fence is not null && !(sync.NextAt <= time.GetUtcNow()))
            return new ComponentOutcome.Done(component, false, [], []); // somebody looked while this waited
        var began = time.GetUtcNow();
        try
        {
            var attempt = new Attempt(component, sync, selection, takesAnyName, began, fence);
            var outcome = await LookAsync(attempt, cancellationToken);
            if (outcome is not ComponentOutcome.Done)
                await records.FailedAsync(attempt, MessageOf(outcome), cancellationToken);
            return outcome;
        }
        catch (SyncPostponedException postponed)
        {
            await records.PostponedAsync(component, sync, postponed, fence, cancellationToken);
            return new ComponentOutcome.Refused(postponed.Message);
        }
        catch (SourceException exception)
        {
            await records.FailedAsync(new(component, sync, selection, takesAnyName, began, fence), exception.Message, cancellationToken);
            return new ComponentOutcome.Refused(exception.Message);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogBroken(exception, component.Name);
            await records.FailedAsync(new(component, sync, selection, takesAnyName, began, fence), $"Something in the server is broken, its log has the details: {exception.Message}", cancellationToken);
            throw;
        }
    }

    public void Dispose() => _gate.Dispose();

    private async Task<ComponentOutcome> LookAsync(Attempt attempt, CancellationToken cancellationToken)
    {
        var (component, sync, selection) = (attempt.Component, attempt.Sync, attempt.Selection);
        var facts = selection.IsByHand ? new(component.Repository, null, false) : await look.LookAsync(component, sync, cancellationToken);
        if (facts.IsUnchanged)
            return await EndUnchangedAsync(attempt, facts, sync.References, cancellationToken);
        component = await MoveAsync(component, facts.Repository, cancellationToken);
        var source = sources.Open(component.Repository, component.Subfolder);
        var listing = await source.ListAsync(selection.IsByHand ? selection : Followed(component, sync), cancellationToken);
        if (listing.IsUnchanged)
        {
            component = await DescribeAsync(component, facts, cancellationToken);
            return await EndUnchangedAsync(attempt with { Component = component }, facts, listing.References, cancellationToken);
        }
        return await RegisterAsync(attempt with { Component = component }, facts, source, listing, cancellationToken);
    }

    private async Task<ComponentOutcome> RegisterAsync(
        Attempt attempt, RepositoryFacts facts, IComponentSource source, SourceListing listing, CancellationToken cancellationToken)
    {
        var component = attempt.Component;
        var stored = await versions.ListAsync(component.Id, cancellationToken);
        var plan = VersionPlan.Make(listing.Versions, stored, component.Rules);
        List<string> warnings = [.. listing.Warnings, .. plan.Warnings];
        if (plan.New.Count == 0 && stored.Count == 0)
            return Unusable(warnings);
        if (component is { Pending: true, NameGiven: false } && plan.New is [.., var latest])
        {
            var name = ComponentName.From(latest.File.Name ?? source.SuggestedName);
            if (name != component.Name && await components.FindByNameAsync(name, cancellationToken) is { } other)
            {
                if (!attempt.TakesAnyName)
                    return ComponentConflicts.NameTaken(name, other);
                warnings.Add($"Its own name, '{name}', is taken by the component from '{other.Repository}'; it is registered as '{component.Name}'.");
                name = component.Name;
            }
            component = component with { Name = name };
        }
        var added = await versions.StoreAsync(component, source, plan.New, warnings, cancellationToken);
        if (added.Count == 0 && stored.Count == 0)
            return Unusable(warnings);
        if (component.Pending)
            await events.TellAsync("component.added", $"{component.Name}, from {component.Repository}", cancellationToken);
        await versions.InsertAsync(added, cancellationToken);
        var followed = await images.FollowAsync(component, VersionOrder.LatestFirst([.. stored, .. added]), added, cancellationToken);
        // Read again: with the images that were pinned meanwhile.
        added = [.. await versions.ReadAsync(added, cancellationToken), .. followed.Made];
        var changed = await UpdateAsync(component, facts, plan, stored, added, cancellationToken);
        await records.SucceededAsync(attempt, new(facts, listing.References, warnings, followed.Warnings, added.Count > 0), cancellationToken);
        return new ComponentOutcome.Done(changed, false, added, [.. warnings, .. followed.Warnings]);
    }

    /// <summary>The repository is as it was; images may be pushed all the same.</summary>
    private async Task<ComponentOutcome> EndUnchangedAsync(Attempt attempt, RepositoryFacts facts, string? references, CancellationToken cancellationToken)
    {
        var (component, warnings) = (attempt.Component, attempt.Sync.Warnings);
        var stored = await versions.ListAsync(component.Id, cancellationToken);
        var followed = await images.FollowAsync(component, stored, [], cancellationToken);
        if (followed.Made.Count > 0)
            component = await UpdateAsync(component, facts, new([], []), stored, followed.Made, cancellationToken);
        await records.SucceededAsync(attempt, new(facts, references, warnings, followed.Warnings, followed.Made.Count > 0), cancellationToken);
        return new ComponentOutcome.Done(component, false, followed.Made, [.. warnings, .. followed.Warnings]);
    }

    private async Task<Component> UpdateAsync(
        Component component, RepositoryFacts facts, VersionPlan plan, IReadOnlyList<ComponentVersion> stored, IReadOnlyList<ComponentVersion> added, CancellationToken cancellationToken)
    {
        var latest = VersionOrder.Latest([.. stored, .. added]);
        var planned = added.Any(version => version.Id == latest?.Id) ? plan.New.FirstOrDefault(version => version.Name == latest!.Name) : null;
        var changed = await components.UpdateAsync(component.Id, current =>
        {
            // Also those that an interrupted look stored and did not list.
            var ids = current.Versions.Union(stored.Select(version => version.Id).Order()).Union(added.Select(version => version.Id)).ToList();
            if (ids.Count == current.Versions.Count && !current.Pending)
                return current;
            current = current with { Name = component.Name, Versions = ids, Pending = false, UpdatedAt = time.GetUtcNow() };
            return VersionDocuments.WithFacts(planned is null ? current : VersionDocuments.WithLatest(current, planned), facts);
        }, cancellationToken);
        return changed ?? component;
    }

    /// <summary>What only the repository's host says may change without any new version.</summary>
    private async Task<Component> DescribeAsync(Component component, RepositoryFacts facts, CancellationToken cancellationToken)
    {
        var described = VersionDocuments.WithFacts(component, facts);
        return ReferenceEquals(described, component)
            ? component
            : await components.UpdateAsync(component.Id, current => VersionDocuments.WithFacts(current, facts) with { UpdatedAt = time.GetUtcNow() }, cancellationToken) ?? component;
    }

    private async Task<Component> MoveAsync(Component component, string repository, CancellationToken cancellationToken)
    {
        if (repository == component.Repository || await components.FindByRepositoryAsync(repository, component.Subfolder, cancellationToken) is not null)
            return component;
        var moved = await components.UpdateAsync(component.Id, current => current with { Repository = repository, UpdatedAt = time.GetUtcNow() }, cancellationToken);
        await syncs.UpdateAsync(component.Id, current => current with { RepositoryKey = RepositoryKey.Of(repository) }, cancellationToken);
        await events.TellAsync("component.moved", $"{component.Name}: from {component.Repository} to {repository}", cancellationToken);
        return moved ?? component;
    }

    private static SourceSelection Followed(Component component, ComponentSync sync) => new()
    {
        TagPattern = component.Rules?.TagPattern,
        Branch = component.Rules?.Branch,
        WithoutOdtpFile = component.Rules?.Image is not null,
        // After a failure everything is read again: what failed may have been half done.
        Known = component.Pending || sync.Failure is not null ? null : sync.References,
    };

    private static ComponentOutcome.Refused Unusable(List<string> warnings) =>
        new($"No version of the component can be used. {string.Join(' ', warnings)}".TrimEnd());

    private static string MessageOf(ComponentOutcome outcome) => outcome switch
    {
        ComponentOutcome.Refused refused => refused.Message,
        ComponentOutcome.Conflict conflict => conflict.Message,
        _ => "The component is gone.",
    };

    [LoggerMessage(LogLevel.Error, "The look at the repository of {Name} broke")]
    private partial void LogBroken(Exception exception, string name);
}

/// <summary>What a look came to that went well.</summary>
/// <param name="References">Of git; null: the source has none.</param>
/// <param name="ImageWarnings">Why images could not be pinned.</param>
internal sealed record LookResult(
    RepositoryFacts Facts, string? References, IReadOnlyList<string> Warnings, IReadOnlyList<string> ImageWarnings, bool Changed);

/// <summary>One look: at what, for whom, since when.</summary>
internal sealed record Attempt(Component Component, ComponentSync Sync, SourceSelection Selection, bool TakesAnyName, DateTimeOffset Began, long? Fence);
