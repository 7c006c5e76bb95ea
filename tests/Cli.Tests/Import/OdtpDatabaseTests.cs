using System.Text;
using Twinrunner.Cli.Import;
using Twinrunner.Storage;
using Twinrunner.Storage.Database;
using Twinrunner.TestKit.Mongo;

namespace Twinrunner.Cli.Tests.Import;

public sealed class OdtpDatabaseTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Documents_are_read_as_mongoexport_writes_them_page_by_page()
    {
        await using var mongo = TestMongo.Create();
        var users = mongo.Open().Collection("users");
        var ids = Enumerable.Range(0, 1_100).Select(_ => ObjectId.New(TimeProvider.System)).ToList();
        await users.TryInsertAsync([.. ids.Select(id => new NewDocument(id, Encoding.UTF8.GetBytes("""{"displayName":"Ada","seen":{"$numberLong":"5"}}""")))], Token);
        await using var source = new OdtpDatabase(new(mongo.Address), TimeProvider.System);

        var read = await source.ReadAsync("users", Token);

        Assert.Equal(ids.Select(id => id.ToString()), read.Select(user => OdtpDump.Reference(user, "_id")));
        Assert.Equal("5", read[0].GetProperty("seen").GetProperty("$numberLong").GetString());
        Assert.Equal(["_id", "displayName", "seen"], read[0].EnumerateObject().Select(field => field.Name));
        Assert.True(await source.HasAsync("users", Token));
        Assert.False(await source.HasAsync("steps", Token));
    }

    [Fact]
    public async Task A_database_that_is_not_there_is_an_error_with_a_sentence()
    {
        await using var mongo = TestMongo.Create();
        await using var source = new OdtpDatabase(new("mongodb://127.0.0.1:1/odtp?serverSelectionTimeoutMS=100") { Patience = TimeSpan.Zero }, TimeProvider.System);

        var failure = await Assert.ThrowsAsync<CliError>(() => source.HasAsync("users", Token));

        Assert.Contains("can't be reached", failure.Message);
    }
}
