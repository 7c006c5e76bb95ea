using Twinrunner.Storage.Documents;

namespace Twinrunner.Storage;

/// <summary>A component's versions in semantic order, and which of them is the latest.</summary>
public static class VersionOrder
{
    /// <summary>Names of versions, the least first.</summary>
    public static IComparer<string> ByName { get; } = Comparer<string>.Create(SemanticVersion.Compare);

    /// <summary>The latest first; of versions that mean the same (a tag that moved) the one registered last.</summary>
    public static IReadOnlyList<ComponentVersion> LatestFirst(IEnumerable<ComponentVersion> versions) =>
        [.. versions.OrderByDescending(version => version.Name, ByName).ThenByDescending(version => version.Id)];

    /// <summary>The latest that is neither deprecated nor yanked; null: there is none.</summary>
    public static ComponentVersion? Latest(IEnumerable<ComponentVersion> versions) =>
        LatestFirst(versions.Where(version => !version.IsRetired())) is [var latest, ..] ? latest : null;

    /// <summary>The latest that is neither deprecated, nor yanked, nor a pre-release.</summary>
    public static ComponentVersion? LatestStable(IEnumerable<ComponentVersion> versions) =>
        Latest(versions.Where(version => SemanticVersion.TryParse(version.Name) is { IsStable: true }));
}
