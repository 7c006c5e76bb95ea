using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Twinrunner.Storage.Database;
using Twinrunner.Storage.Mongo.Bson;

namespace Twinrunner.Storage.Mongo;

/// <summary>
/// A database on MongoDB, through its C driver: for many processes at once. Writes wait for a majority of the replica set;
/// reads go to the primary. A task of a write completes when it would outlive the primary.
/// </summary>
public sealed class MongoDatabase : IDocumentDatabase
{
    private readonly ConcurrentDictionary<string, MongoCollection> _collections = new();

    private MongoDatabase(MongoConnection connection) => Connection = connection;

    public bool IsShared => true;

    internal MongoConnection Connection { get; }

    /// <summary>Prepares to connect; whether the server answers is seen at the first call.</summary>
    /// <exception cref="DatabaseException">The driver isn't installed, or the address can't be used.</exception>
    public static MongoDatabase Open(MongoOptions options, TimeProvider time, ILoggerFactory logging) =>
        new(new MongoConnection(options, time, logging.CreateLogger<MongoDatabase>()));

    public IDocumentCollection Collection(string name) =>
        _collections.GetOrAdd(name, static (name, connection) => new(connection, name), Connection);

    public Task PingAsync(CancellationToken cancellationToken) =>
        Connection.TryAsync(client => client.Read(BsonWriter.Document(bson => bson.Field("ping", 1))), cancellationToken);

    /// <summary>What server it is; tried once.</summary>
    /// <exception cref="DatabaseException">It can't be reached, or refuses.</exception>
    public Task<MongoServer> DescribeAsync(CancellationToken cancellationToken) =>
        Connection.TryAsync(client => MongoServer.Ask(client, Connection.Time), cancellationToken);

    public ValueTask DisposeAsync() => Connection.DisposeAsync();
}
