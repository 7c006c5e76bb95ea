using System.Text.Json;

namespace Twinrunner.Cli.Import;

/// <summary>Where the documents of an ODTP come from: files, or its database.</summary>
internal interface IOdtpSource : IAsyncDisposable
{
    Task<bool> HasAsync(string collection, CancellationToken cancellationToken);

    /// <summary>The documents of a collection in Extended JSON; none where there is no such collection.</summary>
    Task<IReadOnlyList<JsonElement>> ReadAsync(string collection, CancellationToken cancellationToken);
}
