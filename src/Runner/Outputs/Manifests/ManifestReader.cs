using System.Runtime.CompilerServices;
using System.Text.Json;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Objects;

namespace Twinrunner.Runner.Outputs.Manifests;

/// <summary>Reads manifests entry by entry, however many there are.</summary>
public sealed class ManifestReader(IObjectStore objects)
{
    /// <summary>Type of an output that ODTP stored: one zip, and no manifest.</summary>
    private const string OdtpZip = "application/zip";

    /// <exception cref="ObjectStoreException">The manifest is gone or damaged.</exception>
    public async IAsyncEnumerable<ManifestEntry> ReadAsync(Output output, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (output.ManifestSha256 == ManifestWriter.EmptySha256)
            yield break; // no object holds it
        if (output.FileType == OdtpZip)
        {
            yield return new() { Path = output.FileName, Size = output.Size, Sha256 = output.ManifestSha256 is { Length: > 0 } sha256 ? sha256 : null, Key = KeyOf(output) };
            yield break;
        }
        await using var content = await objects.GetAsync(KeyOf(output), null, cancellationToken)
            ?? throw new ObjectStoreException($"The manifest of output {output.Id} is gone from the object store ('{KeyOf(output)}').");
        await foreach (var entry in JsonSerializer.DeserializeAsyncEnumerable(content, ManifestJson.Default.ManifestEntry, cancellationToken))
            yield return entry ?? throw new ObjectStoreException($"The manifest of output {output.Id} is damaged.");
    }

    /// <summary>False: the manifest is gone, and with it what the output left.</summary>
    public async Task<bool> HasAsync(Output output, CancellationToken cancellationToken) =>
        output.ManifestSha256 == ManifestWriter.EmptySha256 || await objects.HeadAsync(KeyOf(output), cancellationToken) is not null;

    private static string KeyOf(Output output) => $"{output.KeyPrefix}/{output.FileName}";
}
