using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Twinrunner.Storage;
using Twinrunner.Storage.Database;
using Twinrunner.Storage.Mongo;
using Twinrunner.Storage.Mongo.Bson;
using Twinrunner.Storage.Mongo.Native;
using Xunit;

namespace Twinrunner.TestKit.Mongo;

/// <summary>A database of a test's own, on the MongoDB that <see cref="Variable"/> names. It is dropped with the test.</summary>
public sealed class TestMongo : IAsyncDisposable
{
    /// <summary>Address of a replica set, as scripts/mongo.sh starts one.</summary>
    public const string Variable = "TWIN_TEST_MONGODB";

    /// <summary>Address of one with users and TLS.</summary>
    public const string SecureVariable = "TWIN_TEST_MONGODB_SECURE";

    /// <summary>Address of the same, with a certificate (X.509) in place of a password.</summary>
    public const string CertificateVariable = "TWIN_TEST_MONGODB_X509";

    /// <summary>Address of one without a replica set.</summary>
    public const string AloneVariable = "TWIN_TEST_MONGODB_ALONE";

    private readonly List<MongoDatabase> _opened = [];

    private TestMongo(string address) => Address = address;

    /// <summary>With the database's name in it.</summary>
    public string Address { get; }

    /// <summary>Skips the test where there is no server.</summary>
    public static TestMongo Create(string variable = Variable)
    {
        var address = Environment.GetEnvironmentVariable(variable);
        Assert.SkipUnless(address is { Length: > 0 }, $"{variable} names no MongoDB (scripts/mongo.sh starts one)");
        return new(WithDatabase(address!, $"twin_{ObjectId.New(TimeProvider.System)}"));
    }

    /// <summary>Skips the test where libmongoc isn't installed.</summary>
    public static void RequireDriver()
    {
        try
        {
            MongoLibrary.Start();
        }
        catch (DatabaseException exception)
        {
            Assert.Skip(exception.Message);
        }
    }

    public MongoDatabase Open() => Open(new MongoOptions(Address));

    /// <summary>Opens it another time, in another way.</summary>
    public MongoDatabase Open(MongoOptions options)
    {
        var database = OpenAt(options);
        _opened.Add(database);
        return database;
    }

    public static MongoDatabase OpenAt(MongoOptions options) => MongoDatabase.Open(options, TimeProvider.System, NullLoggerFactory.Instance);

    /// <summary>Stores a document as another program would: as it is in Extended JSON, with nothing of ours.</summary>
    public async Task InsertAsync(string collection, string json, CancellationToken cancellationToken)
    {
        var document = BsonWriter.Document(bson => JsonBson.WriteFields(bson, Encoding.UTF8.GetBytes(json)));
        await Any.Connection.TryAsync(client =>
        {
            client.Insert(collection, document);
            return true;
        }, cancellationToken);
    }

    /// <summary>The bytes of all documents that have no such field.</summary>
    public Task<List<byte[]>> ReadWithoutAsync(string field, string collection, CancellationToken cancellationToken) => Any.Connection.TryAsync(client =>
    {
        var found = new List<byte[]>();
        client.Find(collection, BsonWriter.Document(_ => { }), BsonWriter.Document(_ => { }), document =>
        {
            if (!BsonReader.TryFind(document, Encoding.UTF8.GetBytes(field), out _))
                found.Add(document.ToArray());
        });
        return found;
    }, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        foreach (var database in _opened)
            await database.DisposeAsync();
        await using var last = OpenAt(new(Address));
        await last.Connection.TryAsync(client => client.Write(BsonWriter.Document(bson => bson.Field("dropDatabase", 1))), CancellationToken.None);
    }

    private MongoDatabase Any => _opened is [var first, ..] ? first : Open();

    /// <summary>The address with that database in place of the one that it names.</summary>
    public static string WithDatabase(string address, string name)
    {
        var hosts = address.IndexOf("//", StringComparison.Ordinal) + 2;
        var slash = address.IndexOf('/', hosts);
        var question = address.IndexOf('?', hosts);
        var end = slash >= 0 ? slash : question >= 0 ? question : address.Length;
        return $"{address[..end]}/{name}{(question >= 0 ? address[question..] : "")}";
    }
}
