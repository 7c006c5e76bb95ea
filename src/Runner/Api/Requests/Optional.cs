using Twinrunner.Storage;

namespace Twinrunner.Runner.Api;

internal static class Optional
{
    /// <summary>The id as it goes over the wire, or null.</summary>
    public static string? Text<TDocument>(this Id<TDocument>? id) => id?.ToString();
}
