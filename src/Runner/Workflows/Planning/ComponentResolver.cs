using Twinrunner.Runner.Workflows.Reading;
using Twinrunner.Runner.Workflows.Yaml;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Workflows.Planning;

/// <summary>Finds the version that a step's <c>component: name@version</c> means.</summary>
internal sealed class ComponentResolver(ICatalogue catalogue, FaultList faults)
{
    private const int ShortestCommit = 7;

    private readonly Dictionary<string, ComponentVersion?> _found = new(StringComparer.Ordinal);

    public ComponentVersion? Find(string reference, YamlNode at)
    {
        // Each reference once: the steps of a matrix name the same one.
        if (!_found.TryGetValue(reference, out var version))
            _found[reference] = version = Resolve(reference, at);
        return version;
    }

    private ComponentVersion? Resolve(string reference, YamlNode at)
    {
        var parts = reference.Split('@', 2);
        if (catalogue.Find(parts[0]) is not { } component)
        {
            faults.Add(at, $"there is no component '{parts[0]}'", Suggestion.Hint(parts[0], catalogue.Names) ?? "add it with 'twin component add'");
            return null;
        }
        var versions = catalogue.VersionsOf(component);
        var version = parts.Length == 1 ? Latest(versions) : Named(versions, parts[1]);
        if (version is null)
        {
            faults.Add(
                at,
                (parts.Length, versions.Count) switch
                {
                    (1, 0) => $"component '{parts[0]}' has no version yet",
                    (1, _) => $"all versions of component '{parts[0]}' are yanked",
                    _ => $"component '{parts[0]}' has no version '{parts[1]}'",
                },
                versions.Count == 0 ? "add one with 'twin component add'" : HintFor(parts.ElementAtOrDefault(1) ?? "", versions));
            return null;
        }
        if (parts.Length == 1 && !IsStable(version))
            faults.Warn(at, $"component '{parts[0]}' has no stable version, '{version.Name}' is taken", $"write '{parts[0]}@{version.Name}'");
        if (version.Deprecated || component.Deprecated)
            faults.Warn(at, $"'{parts[0]}@{version.Name}' is deprecated");
        // As package indexes do: what somebody pinned on purpose goes on working, and nothing new chooses it.
        if (version.YankReason is { } reason)
            faults.Warn(at, $"'{parts[0]}@{version.Name}' is yanked: {reason}", "name another version");
        return version;
    }

    private static bool IsStable(ComponentVersion version) => SemanticVersion.TryParse(version.Name) is { IsStable: true };

    /// <summary>The last stable one, else the last one; never a yanked one.</summary>
    private static ComponentVersion? Latest(IReadOnlyList<ComponentVersion> versions) => versions
        .Where(v => v.YankReason is null)
        .OrderBy(v => !v.Deprecated)
        .ThenBy(v => IsStable(v))
        .ThenBy(v => v.Name, VersionOrder.ByName)
        .ThenBy(v => v.CreatedAt)
        .ThenBy(v => v.Id)
        .LastOrDefault();

    /// <summary>By name, with or without a leading v; or by the first digits of its commit. Of several alike, the last one added.</summary>
    private static ComponentVersion? Named(IReadOnlyList<ComponentVersion> versions, string name)
    {
        return Last(v => v.Name == name)
            ?? Last(v => v.Name == "v" + name || "v" + v.Name == name)
            ?? (name.Length >= ShortestCommit ? Last(v => v.Commit.StartsWith(name, StringComparison.OrdinalIgnoreCase)) : null);

        ComponentVersion? Last(Func<ComponentVersion, bool> fits) =>
            versions.Where(fits).OrderBy(v => !v.IsRetired()).ThenBy(v => v.CreatedAt).ThenBy(v => v.Id).LastOrDefault();
    }

    private static string HintFor(string name, IReadOnlyList<ComponentVersion> versions)
    {
        var names = versions.Select(v => v.Name).Distinct().OrderDescending(VersionOrder.ByName).ToList();
        return Suggestion.Nearest(name, names) is { } near
            ? $"did you mean '{near}'?"
            : "there are: " + string.Join(", ", names.Take(10)) + (names.Count > 10 ? ", …" : "");
    }
}
