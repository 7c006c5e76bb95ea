using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Workflows;

/// <summary>The components that a plan may use, looked up beforehand so that planning itself waits for nothing.</summary>
public interface ICatalogue
{
    /// <summary>Null: there is no such component.</summary>
    Component? Find(string name);

    IReadOnlyList<ComponentVersion> VersionsOf(Component component);

    /// <summary>For suggestions.</summary>
    IReadOnlyCollection<string> Names { get; }
}

/// <summary>A catalogue of components that were read from the stores.</summary>
/// <param name="names">All names, when <paramref name="components"/> are only those that a file names.</param>
public sealed class Catalogue(
    IEnumerable<Component> components,
    IEnumerable<ComponentVersion> versions,
    IReadOnlyCollection<string>? names = null) : ICatalogue
{
    public static readonly Catalogue Empty = new([], []);

    private readonly Dictionary<string, Component> _components = components
        .GroupBy(c => c.Name, StringComparer.Ordinal)
        .ToDictionary(g => g.Key, g => g.OrderBy(c => c.Deprecated).ThenBy(c => c.Id).First(), StringComparer.Ordinal);

    private readonly ILookup<Storage.Id<Component>, ComponentVersion> _versions = versions.ToLookup(v => v.ComponentId);

    public IReadOnlyCollection<string> Names => names ?? _components.Keys;

    public Component? Find(string name) => _components.GetValueOrDefault(name);

    public IReadOnlyList<ComponentVersion> VersionsOf(Component component) => [.. _versions[component.Id]];
}
