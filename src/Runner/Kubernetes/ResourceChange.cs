namespace Twinrunner.Runner.Kubernetes;

/// <summary>What a watch tells.</summary>
/// <param name="Item">What changed or went; null for a list.</param>
/// <param name="All">What there is, for a list: everything else is gone.</param>
internal sealed record ResourceChange<T>(ChangeKind Kind, T? Item, IReadOnlyList<T>? All)
{
    public static ResourceChange<T> Listed(IReadOnlyList<T> all) => new(ChangeKind.Listed, default, all);
}

internal enum ChangeKind
{
    Listed,
    Changed,
    Removed,

    /// <summary>Only the version moved on.</summary>
    Bookmark,
}
