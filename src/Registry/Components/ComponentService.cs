using Twinrunner.Registry.Sources;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Registry.Components;

/// <summary>Adds components from their repositories, keeps their versions up to date, and finds them. Adding twice is refreshing.</summary>
public sealed class ComponentService : IDisposable
{
    private const int PageSize = 500;

    private readonly ComponentSources _sources;
    private readonly ComponentStore _components;
    private readonly VersionStore _versions;
    private readonly EventStore _events;
    private readonly SourceArchives _archives;
    private readonly TimeProvider _time;
    private readonly KeyedGate _gate = new();

    internal ComponentService(
        ComponentSources sources, ComponentStore components, VersionStore versions, EventStore events, SourceArchives archives, TimeProvider time)
    {
        _sources = sources;
        _components = components;
        _versions = versions;
        _events = events;
        _archives = archives;
        _time = time;
    }

    public async Task<ComponentOutcome> AddAsync(AddComponent request, CancellationToken cancellationToken)
    {
        if (request.Name is { } chosen && ComponentName.Fault(chosen) is { } fault)
            return new ComponentOutcome.Refused(fault);
        try
        {
            var source = _sources.Open(request.Address, request.Subfolder);
            using var entry = await _gate.EnterAsync($"{source.Repository}\n{source.Subfolder}", cancellationToken);
            var listing = await source.ListAsync(new(request.Commit, request.Dirty), cancellationToken);
            return await _components.FindByRepositoryAsync(source.Repository, source.Subfolder, cancellationToken) switch
            {
                { } known when request.Name is { } name && name != known.Name =>
                    new ComponentOutcome.Conflict($"This folder is registered already, under the name '{known.Name}'."),
                { } known => await UpdateAsync(known, source, listing, cancellationToken),
                null => await CreateAsync(request.Name, source, listing, cancellationToken),
            };
        }
        catch (SourceException exception)
        {
            return new ComponentOutcome.Refused(exception.Message);
        }
    }

    /// <summary>Looks for new tags (or a new head, or changed files) where the component comes from.</summary>
    public async Task<ComponentOutcome> RefreshAsync(Id<Component> id, CancellationToken cancellationToken) =>
        await GetAsync(id, cancellationToken) is { } component
            ? await AddAsync(new(component.Repository, Subfolder: component.Subfolder), cancellationToken)
            : new ComponentOutcome.NotFound();

    public Task<Component?> GetAsync(Id<Component> id, CancellationToken cancellationToken) => _components.GetAsync(id, cancellationToken);

    /// <summary>By id or by name.</summary>
    public async Task<Component?> FindAsync(string idOrName, CancellationToken cancellationToken) =>
        Id<Component>.TryParse(idOrName, null, out var id) && await _components.GetAsync(id, cancellationToken) is { } component
            ? component
            : await _components.FindByNameAsync(idOrName, cancellationToken);

    /// <summary>A page of components, newest first. <paramref name="search"/>: words that name, description, tags, type, author or address hold, all of them.</summary>
    public async Task<IReadOnlyList<Component>> ListAsync(string? search, Id<Component>? before, int limit, CancellationToken cancellationToken)
    {
        var words = search?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (words.Length == 0)
            return await _components.ListAsync(before, limit, cancellationToken);
        List<Component> found = [];
        while (found.Count < limit)
        {
            var page = await _components.ListAsync(before, PageSize, cancellationToken);
            found.AddRange(page.Where(component => Array.TrueForAll(words, word => Holds(component, word))));
            if (page.Count < PageSize)
                break;
            before = page[^1].Id;
        }
        return found.Count <= limit ? found : found[..limit];
    }

    /// <summary>All versions, the latest first.</summary>
    public async Task<IReadOnlyList<ComponentVersion>> VersionsAsync(Id<Component> component, CancellationToken cancellationToken)
    {
        List<ComponentVersion> versions = [];
        while (true)
        {
            var page = await _versions.FindByComponentAsync(component, versions.Count > 0 ? versions[^1].Id : null, PageSize, cancellationToken);
            versions.AddRange(page);
            if (page.Count < PageSize)
                return VersionOrder.LatestFirst(versions);
        }
    }

    /// <summary>One version by its name, its id, <c>latest</c>, <c>stable</c>, or at least seven digits of its commit.</summary>
    public async Task<ComponentVersion?> FindVersionAsync(Id<Component> component, string version, CancellationToken cancellationToken)
    {
        var all = await VersionsAsync(component, cancellationToken);
        return all.FirstOrDefault(one => one.Name == version)
            ?? all.FirstOrDefault(one => one.Id.ToString() == version)
            ?? version switch
            {
                "latest" => VersionOrder.Latest(all),
                "stable" => VersionOrder.LatestStable(all),
                { Length: >= 7 } => all.FirstOrDefault(one => one.Commit.StartsWith(version, StringComparison.Ordinal)),
                _ => null,
            };
    }

    /// <summary>Takes the component out of lists and out of "latest", or puts it back. What runs and what is pinned isn't touched.</summary>
    public async Task<Component?> SetDeprecatedAsync(Id<Component> id, bool deprecated, CancellationToken cancellationToken)
    {
        var changed = await _components.UpdateAsync(id, component => component.Deprecated == deprecated
            ? component
            : component with { Deprecated = deprecated, UpdatedAt = _time.GetUtcNow() }, cancellationToken);
        if (changed is not null)
            await TellAsync(deprecated ? "component.deprecated" : "component.reactivated", changed.Name, cancellationToken);
        return changed;
    }

    public async Task<ComponentVersion?> SetDeprecatedAsync(Id<ComponentVersion> id, bool deprecated, CancellationToken cancellationToken)
    {
        var changed = await _versions.UpdateAsync(id, version => version.Deprecated == deprecated
            ? version
            : version with { Deprecated = deprecated, UpdatedAt = _time.GetUtcNow() }, cancellationToken);
        if (changed is not null)
            await TellAsync(deprecated ? "component.deprecated" : "component.reactivated", $"{changed.Component.ComponentName} {changed.Name}", cancellationToken);
        return changed;
    }

    public void Dispose() => _gate.Dispose();

    private async Task<ComponentOutcome> CreateAsync(string? chosenName, IComponentSource source, SourceListing listing, CancellationToken cancellationToken)
    {
        var plan = VersionPlan.Make(listing.Versions, []);
        if (plan.New.Count == 0)
            return new ComponentOutcome.Refused($"No version of the component can be used. {string.Join(' ', plan.Warnings)}");
        var latest = plan.New[^1];
        var name = chosenName ?? ComponentName.From(latest.File.Name ?? source.SuggestedName);
        if (await _components.FindByNameAsync(name, cancellationToken) is { } other)
            return NameTaken(name, other);
        var component = VersionDocuments.NewComponent(Id<Component>.New(_time), name, source, latest, _time.GetUtcNow());
        List<string> warnings = [.. listing.Warnings, .. plan.Warnings];
        var versions = await ArchiveAsync(component, source, plan.New, warnings, cancellationToken);
        if (versions.Count == 0)
            return new ComponentOutcome.Refused($"No version of the component can be used. {string.Join(' ', warnings)}");
        component = component with { Versions = [.. versions.Select(version => version.Id)] };
        if (!await _components.TryInsertAsync(component, cancellationToken))
        {
            foreach (var version in versions)
                await _archives.DeleteAsync(component.Id, version.Commit, CancellationToken.None);
            return NameTaken(name, await _components.FindByNameAsync(name, cancellationToken));
        }
        await TellAsync("component.added", $"{component.Name}, from {component.Repository}", cancellationToken);
        await InsertAsync(versions, cancellationToken);
        await WarnAsync(component, plan.Warnings, cancellationToken);
        return new ComponentOutcome.Done(component, Created: true, versions, warnings);
    }

    private async Task<ComponentOutcome> UpdateAsync(Component component, IComponentSource source, SourceListing listing, CancellationToken cancellationToken)
    {
        var stored = await VersionsAsync(component.Id, cancellationToken);
        var plan = VersionPlan.Make(listing.Versions, stored);
        List<string> warnings = [.. listing.Warnings, .. plan.Warnings];
        var versions = await ArchiveAsync(component, source, plan.New, warnings, cancellationToken);
        await InsertAsync(versions, cancellationToken);
        if (versions.Count == 0)
            return new ComponentOutcome.Done(component, Created: false, [], warnings);
        var latest = VersionOrder.Latest([.. stored, .. versions]);
        var changed = await _components.UpdateAsync(component.Id, current =>
        {
            current = current with { Versions = [.. current.Versions, .. versions.Select(version => version.Id)], UpdatedAt = _time.GetUtcNow() };
            return plan.New.FirstOrDefault(planned => planned.Name == latest?.Name) is { } planned ? VersionDocuments.WithLatest(current, planned) : current;
        }, cancellationToken);
        await WarnAsync(component, plan.Warnings, cancellationToken);
        return new ComponentOutcome.Done(changed ?? component, Created: false, versions, warnings);
    }

    /// <summary>Stores the files of each version before anything names it. A version whose files can't be stored holds up no other.</summary>
    private async Task<List<ComponentVersion>> ArchiveAsync(
        Component component, IComponentSource source, IReadOnlyList<PlannedVersion> planned, List<string> warnings, CancellationToken cancellationToken)
    {
        List<ComponentVersion> versions = [];
        foreach (var version in planned)
        {
            try
            {
                var report = await _archives.StoreAsync(component.Id, source, version.Source, cancellationToken);
                List<string> notes = [.. report.Warnings];
                if (!report.Files.Contains("Dockerfile") && version.File.DockerImage is null)
                    notes.Add("There is neither a Dockerfile nor a component-docker-image: this version can't run in a container.");
                versions.Add(VersionDocuments.NewVersion(Id<ComponentVersion>.New(_time), component, version, notes, _time.GetUtcNow()));
            }
            catch (SourceException exception)
            {
                warnings.Add($"{version.Name} is left out. {exception.Message}");
            }
        }
        return versions;
    }

    private async Task InsertAsync(List<ComponentVersion> versions, CancellationToken cancellationToken)
    {
        foreach (var version in versions)
            if (await _versions.TryInsertAsync(version, cancellationToken))
                await TellAsync("component.version", $"{version.Component.ComponentName} {version.Name}, commit {version.Commit[..12]}", cancellationToken);
    }

    private async Task WarnAsync(Component component, IReadOnlyList<string> warnings, CancellationToken cancellationToken)
    {
        foreach (var warning in warnings)
            await TellAsync("component.warning", $"{component.Name}: {warning}", cancellationToken);
    }

    private Task TellAsync(string type, string message, CancellationToken cancellationToken) =>
        _events.AppendAsync(new ExecutionEvent { Id = default, At = _time.GetUtcNow(), Type = type, Message = message }, cancellationToken);

    private static ComponentOutcome.Conflict NameTaken(string name, Component? other) =>
        new($"The name '{name}' is taken by the component from '{other?.Repository}'{(other?.Subfolder is { Length: > 0 } folder ? $", folder '{folder}'" : "")}. Give this one another name (--name).");

    private static bool Holds(Component component, string word) =>
        component.Tags.Append(component.Name).Append(component.Description).Append(component.Type).Append(component.Author).Append(component.Repository)
            .Any(text => text?.Contains(word, StringComparison.OrdinalIgnoreCase) == true);
}
