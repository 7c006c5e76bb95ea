namespace Twinrunner.Client;

/// <summary>One page of a list.</summary>
/// <param name="Next">Cursor of the next page, to pass as <c>after</c>; null on the last page.</param>
/// <param name="Href">Address of the next page, ready to follow; null on the last page.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next = null, string? Href = null);
