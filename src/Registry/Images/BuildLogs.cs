using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Objects;

namespace Twinrunner.Registry.Images;

/// <summary>What the last build of each commit printed.</summary>
public sealed class BuildLogs(IObjectStore objects)
{
    /// <summary>UTF-8 text; null: the version was never built here.</summary>
    public Task<Stream?> OpenAsync(ComponentVersion version, CancellationToken cancellationToken) => objects.GetAsync(Key(version), null, cancellationToken);

    internal Task StoreAsync(ComponentVersion version, FileStream log, CancellationToken cancellationToken) =>
        objects.PutAsync(Key(version), log, new(log.Length, ContentType: "text/plain; charset=utf-8"), cancellationToken);

    private static string Key(ComponentVersion version) => $"components/{version.ComponentId}/{version.Commit}.build.log";
}
