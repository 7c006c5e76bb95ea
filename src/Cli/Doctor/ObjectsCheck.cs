using Twinrunner.Runner.Hosting;
using Twinrunner.Storage.Objects;
using Twinrunner.Storage.Objects.S3;

namespace Twinrunner.Cli.Doctor;

/// <summary>Whether the S3 store that variables or twinrunner.json name can be used: found, listed, written, read and deleted from.</summary>
internal static class ObjectsCheck
{
    private static readonly byte[] Probe = "twin doctor"u8.ToArray();

    /// <summary>None where objects are files in the data folder.</summary>
    public static async Task<IReadOnlyList<Finding>> RunAsync(string dataFolder, Func<string, string?> environment, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            var settings = HostSettingsReader.Read(new Dictionary<string, string> { ["--data"] = dataFolder }, environment);
            return settings.S3.Bucket.Length == 0 ? [] : [await CheckAsync(settings.S3, time, cancellationToken)];
        }
        catch (InvalidSettingsException invalid)
        {
            return [new("settings", false, invalid.Message.Replace("\n", "; ", StringComparison.Ordinal), "docs/configuration.md lists all settings")];
        }
    }

    internal static async Task<Finding> CheckAsync(S3Options options, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            using var store = S3ObjectStore.Open(options with { ToleratesClocks = false, Retries = 1, Timeout = TimeSpan.FromSeconds(15) }, time);
            if (!await store.HasBucketAsync(cancellationToken))
                return options.CreateBucket
                    ? new("objects", true, $"{S3ObjectStore.Describe(options)} isn't there yet; the server makes it")
                    : new("objects", false, $"{S3ObjectStore.Describe(options)} isn't there", "make it, or let the server make it with s3CreateBucket");
            var key = $"doctor/{Guid.NewGuid():N}";
            await store.PutAsync(key, new MemoryStream(Probe), new(Probe.Length), cancellationToken);
            await using (var content = await store.GetAsync(key, null, cancellationToken))
            {
                if (content is null || await new StreamReader(content).ReadToEndAsync(cancellationToken) is not "twin doctor")
                    return new("objects", false, $"{S3ObjectStore.Describe(options)} gives back something else than what was put", "look into the server's log, and whether a proxy or a cache stands before it");
            }
            await store.DeleteAsync(key, cancellationToken);
            return new("objects", true, $"{S3ObjectStore.Describe(options)} can be listed, written, read and deleted from");
        }
        catch (ObjectStoreException failure)
        {
            return new("objects", false, failure.Message);
        }
    }
}
