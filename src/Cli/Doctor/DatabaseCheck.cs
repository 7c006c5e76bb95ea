using Microsoft.Extensions.Logging.Abstractions;
using Twinrunner.Runner.Hosting;
using Twinrunner.Storage;
using Twinrunner.Storage.Database;
using Twinrunner.Storage.Mongo;

namespace Twinrunner.Cli.Doctor;

/// <summary>Whether the MongoDB that variables or twinrunner.json name can be used: found, logged in to, written to, of a replica set, and with the same time.</summary>
internal static class DatabaseCheck
{
    /// <summary>Leases are told by the clocks of those who hold them.</summary>
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(2);

    /// <summary>None where the database is the embedded one, or settings can't be read, of which another check tells.</summary>
    public static async Task<IReadOnlyList<Finding>> RunAsync(string dataFolder, Func<string, string?> environment, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            var settings = HostSettingsReader.Read(new Dictionary<string, string> { ["--data"] = dataFolder }, environment);
            return settings.Mongo is { } mongo ? [await CheckAsync(mongo, time, cancellationToken)] : [];
        }
        catch (InvalidSettingsException)
        {
            return [];
        }
    }

    internal static async Task<Finding> CheckAsync(MongoOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            await using var database = MongoDatabase.Open(options with { Patience = TimeSpan.Zero }, time, NullLoggerFactory.Instance);
            var server = await database.DescribeAsync(cancellationToken);
            if (server.Set is null)
                return new("database", false, $"{options} is a server without a replica set", "start it with --replSet and run rs.initiate() once: a set of one server is enough");
            await ProbeAsync(database.Collection("doctor"), time, cancellationToken);
            if (server.ClockAhead.Duration() > ClockTolerance)
                return new("database", false, $"the clocks of {options} and of this machine are {server.ClockAhead.Duration().TotalSeconds:0.0} s apart", "keep both right with NTP (chrony, systemd-timesyncd): leases are told by the clock");
            return new("database", true, $"{options} can be read and written: version {server.Version}, replica set {server.Set}");
        }
        catch (DatabaseException failure)
        {
            return new("database", false, failure.Message);
        }
    }

    /// <summary>Two documents in one transaction, and gone again.</summary>
    private static async Task ProbeAsync(IDocumentCollection documents, TimeProvider time, CancellationToken cancellationToken)
    {
        NewDocument[] probes = [new(ObjectId.New(time), "{}"u8.ToArray()), new(ObjectId.New(time), "{}"u8.ToArray())];
        await documents.TryInsertAsync(probes, cancellationToken);
        await documents.DeleteAsync(Filter.OneOf("_id", [.. probes.Select(probe => (FilterValue)probe.Id)]), cancellationToken);
    }
}
