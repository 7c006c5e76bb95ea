using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Registry.Components;

/// <summary>Finds components and versions, and retires them.</summary>
public sealed class ComponentService
{
    private const int PageSize = 500;

    private readonly ComponentStore _components;
    private readonly VersionStore _versions;
    private readonly VersionIntake _intake;
    private readonly RegistryEvents _events;
    private readonly TimeProvider _time;

    internal ComponentService(ComponentStore components, VersionStore versions, VersionIntake intake, RegistryEvents events, TimeProvider time)
    {
        _components = components;
        _versions = versions;
        _intake = intake;
        _events = events;
        _time = time;
    }

    public Task<Component?> GetAsync(Id<Component> id, CancellationToken cancellationToken) => _components.GetAsync(id, cancellationToken);

    /// <summary>By id or by name.</summary>
    public async Task<Component?> FindAsync(string idOrName, CancellationToken cancellationToken) =>
        Id<Component>.TryParse(idOrName, null, out var id) && await _components.GetAsync(id, cancellationToken) is { } component
            ? component
            : await _components.FindByNameAsync(idOrName, cancellationToken);

    /// <summary>A page of components, newest first. <paramref name="search"/>: words that name, description, tags, type, author, licence or address hold, all of them.</summary>
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
    public Task<IReadOnlyList<ComponentVersion>> VersionsAsync(Id<Component> component, CancellationToken cancellationToken) =>
        _intake.ListAsync(component, cancellationToken);

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
            await _events.TellAsync(deprecated ? "component.deprecated" : "component.reactivated", changed.Name, cancellationToken);
        return changed;
    }

    public async Task<ComponentVersion?> SetDeprecatedAsync(Id<ComponentVersion> id, bool deprecated, CancellationToken cancellationToken)
    {
        var changed = await _versions.UpdateAsync(id, version => version.Deprecated == deprecated
            ? version
            : version with { Deprecated = deprecated, UpdatedAt = _time.GetUtcNow() }, cancellationToken);
        if (changed is not null)
            await _events.TellAsync(deprecated ? "component.deprecated" : "component.reactivated", $"{changed.Component.ComponentName} {changed.Name}", cancellationToken);
        return changed;
    }

    /// <summary>Says that a version must not be used any more, or that it may again.</summary>
    /// <param name="reason">For those whose workflows use it; null takes it back.</param>
    public async Task<ComponentVersion?> SetYankedAsync(Id<ComponentVersion> id, string? reason, CancellationToken cancellationToken)
    {
        var changed = await _versions.UpdateAsync(id, version => version.YankReason == reason
            ? version
            : version with { YankReason = reason, YankedAt = reason is null ? null : _time.GetUtcNow(), UpdatedAt = _time.GetUtcNow() }, cancellationToken);
        if (changed is not null)
            await _events.TellAsync(
                reason is null ? "component.reactivated" : "component.yanked",
                $"{changed.Component.ComponentName} {changed.Name}{(reason is null ? "" : $": {reason}")}",
                cancellationToken);
        return changed;
    }

    /// <summary>A word with a prefix (<c>tag:geo</c>) is looked for in that field alone.</summary>
    private static bool Holds(Component component, string word) => word.Split(':', 2) switch
    {
        ["name", var text] => Has(component.Name, text),
        ["tag", var text] => component.Tags.Any(tag => tag.Equals(text, StringComparison.OrdinalIgnoreCase)),
        ["type", var text] => component.Type.Equals(text, StringComparison.OrdinalIgnoreCase),
        ["author", var text] => Has(component.Author, text),
        ["license" or "licence", var text] => Has(component.License, text),
        _ => component.Tags.Append(component.Name).Append(component.Description).Append(component.Type).Append(component.Author)
            .Append(component.License).Append(component.Repository).Any(text => Has(text, word)),
    };

    private static bool Has(string? text, string word) => text?.Contains(word, StringComparison.OrdinalIgnoreCase) == true;
}
