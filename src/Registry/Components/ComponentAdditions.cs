using Twinrunner.Registry.Sources;
using Twinrunner.Registry.Sync;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Registry.Components;

/// <summary>
/// Adds components and looks at them when a user asks. A component is known at once, under a provisional name, and its first look
/// says what it is: a look that takes long goes on without whoever asked, and one that is interrupted is taken up by the loop.
/// </summary>
public sealed class ComponentAdditions : IDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    private readonly ComponentSources _sources;
    private readonly ComponentStore _components;
    private readonly VersionStore _versions;
    private readonly ComponentSyncStore _syncs;
    private readonly SyncRecords _records;
    private readonly BackgroundSyncs _looks;
    private readonly RegistryEvents _events;
    private readonly TimeProvider _time;
    private readonly KeyedGate _gate = new();

    internal ComponentAdditions(
        ComponentSources sources, ComponentStore components, VersionStore versions, ComponentSyncStore syncs, SyncRecords records, BackgroundSyncs looks, RegistryEvents events, TimeProvider time)
    {
        _sources = sources;
        _components = components;
        _versions = versions;
        _syncs = syncs;
        _records = records;
        _looks = looks;
        _events = events;
        _time = time;
    }

    /// <summary>Adds it, or takes over new settings of one that is there, and looks for versions.</summary>
    /// <param name="patience">How long to wait for the look; <see cref="Timeout.InfiniteTimeSpan"/>: until it has ended.</param>
    public async Task<ComponentOutcome> AddAsync(AddComponent request, TimeSpan patience, CancellationToken cancellationToken)
    {
        try
        {
            // The loop takes up what this process may not get to do. What is asked for by hand isn't followed.
            DateTimeOffset? firstAt = request.Commit is null && !request.Dirty ? _time.GetUtcNow() + Grace : null;
            var (component, created, refusal) = await RegisterAsync(request, firstAt, changesKnown: true, cancellationToken);
            return refusal ?? await LookAsync(component!, created, new(request.Commit, request.Dirty), patience, cancellationToken);
        }
        catch (SourceException exception)
        {
            return new ComponentOutcome.Refused(exception.Message);
        }
    }

    /// <summary>Makes a component known without waiting for its first look, which the loop takes. One that is known stays as it is.</summary>
    /// <returns>No component, and why.</returns>
    internal async Task<(Component? Component, string? Fault)> AnnounceAsync(AddComponent request, CancellationToken cancellationToken)
    {
        try
        {
            var (component, _, refusal) = await RegisterAsync(request, _time.GetUtcNow(), changesKnown: false, cancellationToken);
            return (component, component is null ? (refusal as ComponentOutcome.Conflict)?.Message ?? (refusal as ComponentOutcome.Refused)?.Message : null);
        }
        catch (SourceException exception)
        {
            return (null, exception.Message);
        }
    }

    /// <summary>Looks for new tags (or commits, or changed files) where the component comes from.</summary>
    public async Task<ComponentOutcome> RefreshAsync(Id<Component> id, TimeSpan patience, CancellationToken cancellationToken) =>
        await _components.GetAsync(id, cancellationToken) is { } component
            ? await LookAsync(component, created: false, SourceSelection.Default, patience, cancellationToken)
            : new ComponentOutcome.NotFound();

    /// <summary>Forgets a component that never had a version. Null: there is none; false: it has versions, which workflows may use.</summary>
    public async Task<bool?> RemoveAsync(Id<Component> id, CancellationToken cancellationToken)
    {
        if (await _components.GetAsync(id, cancellationToken) is not { } component)
            return null;
        if ((await _versions.FindByComponentAsync(id, null, 1, cancellationToken)).Count > 0)
            return false;
        await _components.DeleteAsync(id, cancellationToken);
        await _syncs.DeleteAsync(id, cancellationToken);
        await _events.TellAsync("component.removed", $"{component.Name}, from {component.Repository}", cancellationToken);
        return true;
    }

    public void Dispose() => _gate.Dispose();

    private async Task<ComponentOutcome> LookAsync(Component component, bool created, SourceSelection selection, TimeSpan patience, CancellationToken cancellationToken)
    {
        var look = _looks.Start(component.Id, selection with { WithoutOdtpFile = component.Rules?.Image is not null }, takesAnyName: !created);
        try
        {
            var outcome = await look.WaitAsync(patience, _time, cancellationToken);
            if (created && outcome is ComponentOutcome.Refused or ComponentOutcome.Conflict)
                await RemoveAsync(component.Id, CancellationToken.None); // nobody but its own user, who is told, has heard of it
            return outcome is ComponentOutcome.Done done ? done with { Created = created } : outcome;
        }
        catch (TimeoutException)
        {
            return new ComponentOutcome.Looking(component, created);
        }
    }

    private async Task<(Component? Component, bool Created, ComponentOutcome? Refusal)> RegisterAsync(
        AddComponent request, DateTimeOffset? firstAt, bool changesKnown, CancellationToken cancellationToken)
    {
        if (request.Name is { } chosen && ComponentName.Fault(chosen) is { } fault)
            return (null, false, new ComponentOutcome.Refused(fault));
        var source = _sources.Open(request.Address, request.Subfolder);
        var key = RepositoryKey.Of(source.Repository);
        using var entry = await _gate.EnterAsync(key, cancellationToken);
        if (await FindAsync(source, key, cancellationToken) is { } known)
            return request.Name is { } name && name != known.Name
                ? (known, false, new ComponentOutcome.Conflict($"This folder is registered already, under the name '{known.Name}'."))
                : (changesKnown ? await ChangeAsync(known, request, cancellationToken) : known, false, null);
        if (request.Name is { } wanted && await _components.FindByNameAsync(wanted, cancellationToken) is { } other)
            return (null, false, ComponentConflicts.NameTaken(wanted, other));
        var component = await CreateAsync(request, source, firstAt, cancellationToken);
        return component is null ? (null, false, ComponentConflicts.NameTaken(request.Name ?? source.SuggestedName, null)) : (component, true, null);
    }

    /// <summary>Under whatever address of the repository it was added.</summary>
    private async Task<Component?> FindAsync(IComponentSource source, string key, CancellationToken cancellationToken)
    {
        if (await _components.FindByRepositoryAsync(source.Repository, source.Subfolder, cancellationToken) is { } same)
            return same;
        var syncs = await _syncs.FindByRepositoryAsync(key, cancellationToken);
        var found = await _components.GetManyAsync([.. syncs.Select(sync => sync.Component())], cancellationToken);
        return found.FirstOrDefault(component => component.Subfolder == source.Subfolder);
    }

    /// <summary>Null: names run out, or somebody was faster.</summary>
    private async Task<Component?> CreateAsync(AddComponent request, IComponentSource source, DateTimeOffset? firstAt, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        var id = Id<Component>.New(_time);
        var guess = ComponentName.From(source.SuggestedName);
        foreach (var name in request.Name is { } chosen ? [chosen] : new[] { guess, $"{guess} {id.ToString()[^6..]}" })
        {
            var component = new Component
            {
                Id = id,
                Name = name,
                NameGiven = request.Name is not null,
                Repository = source.Repository,
                Subfolder = source.Subfolder,
                Rules = request.Rules,
                SyncSeconds = (long?)request.SyncInterval?.TotalSeconds,
                Pending = true,
                CreatedAt = now,
                UpdatedAt = now,
            };
            if (!await _components.TryInsertAsync(component, cancellationToken))
                continue;
            await _records.EnsureAsync(component, firstAt, cancellationToken);
            return component;
        }
        return null;
    }

    /// <summary>Takes over what the request says of versions and of looking. What was seen before is then looked at anew.</summary>
    private async Task<Component> ChangeAsync(Component known, AddComponent request, CancellationToken cancellationToken)
    {
        if (request.Rules is null && request.SyncInterval is null)
            return known;
        var changed = await _components.UpdateAsync(known.Id, current => current with
        {
            Rules = request.Rules ?? current.Rules,
            SyncSeconds = (long?)request.SyncInterval?.TotalSeconds ?? current.SyncSeconds,
            UpdatedAt = _time.GetUtcNow(),
        }, cancellationToken);
        await _syncs.UpdateAsync(known.Id, sync => sync with { References = null, GitHub = null, NextAt = _time.GetUtcNow() }, cancellationToken);
        return changed ?? known;
    }
}
