using System.Text;
using System.Text.Json;
using Twinrunner.Storage.Database;
using Twinrunner.Storage.Mongo;
using Twinrunner.Storage.Mongo.Bson;
using Twinrunner.TestKit.Faults;
using Twinrunner.TestKit.Mongo;

namespace Twinrunner.Storage.Tests.Mongo;

/// <summary>What happens to writes when connections and primaries come and go: they take longer, none is lost and none done twice.</summary>
[Collection("MongoDB's failpoints")]
public sealed class MongoFaultTests : IAsyncLifetime
{
    private readonly TestMongo _mongo = TestMongo.Create();
    private readonly FaultProxy _proxy;

    public MongoFaultTests()
    {
        var server = new Uri(_mongo.Address.Split('?')[0].Replace("mongodb:", "tcp:", StringComparison.Ordinal));
        Assert.SkipUnless(server.Host == "127.0.0.1", "the proxy stands before a server of this machine only");
        _proxy = FaultProxy.Before(server.Host, server.Port);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await FailAsync(_mongo.Open(), "off", []);
        await _mongo.DisposeAsync();
    }

    [Fact]
    public async Task Connections_that_are_cut_again_and_again_lose_no_write_and_double_none()
    {
        var documents = Open("").Collection("cut");
        var counter = ObjectId.New(TimeProvider.System);
        await documents.TryInsertAsync([New(counter, 0)], Token);
        var (inserted, increments, done) = (0, 0, 0);

        await Task.WhenAll(Enumerable.Range(0, 6).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < 40; i++)
            {
                if (writer % 2 == 0)
                    Interlocked.Add(ref inserted, await documents.TryInsertAsync([New(ObjectId.New(TimeProvider.System), 1)], Token) ? 1 : 0);
                else
                    Interlocked.Add(ref increments, await IncrementAsync(documents, counter) ? 1 : 0);
                if (Interlocked.Increment(ref done) % 12 == 0)
                    _proxy.Cut();
            }
        }, Token)));

        Assert.Equal(120, inserted);
        Assert.Equal(120, await documents.CountAsync(Filter.Equal("n", 1), 1000, Token));
        Assert.Equal((120, 120), (increments, await ReadAsync(documents, counter)));
        Assert.True(_proxy.Seen > 10, "nothing was cut");
    }

    [Theory]
    [InlineData("retryWrites=true")]
    [InlineData("retryWrites=false")]
    public async Task A_write_whose_answer_got_lost_is_done_once_and_known_to_be_done(string option)
    {
        var database = Open(option);
        var documents = database.Collection("lost");
        var id = ObjectId.New(TimeProvider.System);

        await LoseAnswerAsync(database, "insert");
        Assert.True(await documents.TryInsertAsync([New(id, 1)], Token));
        await LoseAnswerAsync(database, "update");
        Assert.True(await documents.TryReplaceAsync(id, 1, New(id, 2).Json, Token));
        await LoseAnswerAsync(database, "insert");
        Assert.False(await documents.TryInsertAsync([New(id, 3)], Token));
        await LoseAnswerAsync(database, "update");
        Assert.False(await documents.TryReplaceAsync(id, 1, New(id, 4).Json, Token));
        await LoseAnswerAsync(database, "commitTransaction");
        Assert.True(await documents.TryInsertAsync([New(ObjectId.New(TimeProvider.System), 5), New(ObjectId.New(TimeProvider.System), 5)], Token));

        Assert.Equal(2, await ReadAsync(documents, id));
        Assert.Equal(2, (await documents.GetAsync(id, Token))!.Revision);
        Assert.Equal(3, await documents.CountAsync(Filter.All, 10, Token));
    }

    [Theory]
    [InlineData(10107)] // NotWritablePrimary
    [InlineData(189)] // PrimarySteppedDown
    [InlineData(11602)] // InterruptedDueToReplStateChange
    [InlineData(91)] // ShutdownInProgress
    public async Task A_primary_that_steps_down_holds_reads_and_writes_up_and_fails_none(int code)
    {
        var database = Open("");
        var documents = database.Collection("step_down");
        await FailAsync(database, "times", ["find", "insert", "update", "delete", "count"], ("errorCode", code));
        var id = ObjectId.New(TimeProvider.System);

        Assert.True(await documents.TryInsertAsync([New(id, 1)], Token));
        Assert.True(await documents.TryReplaceAsync(id, 1, New(id, 2).Json, Token));
        Assert.Equal(2, await ReadAsync(documents, id));
        Assert.Equal(1, await documents.DeleteAsync(Filter.Equal("n", 2), Token));
    }

    [Fact]
    public async Task A_server_that_takes_requests_and_answers_none_is_left_after_the_limit_and_the_write_found()
    {
        var documents = Open("socketTimeoutMS=500&retryWrites=false").Collection("swallowed");
        var id = ObjectId.New(TimeProvider.System);
        await documents.TryInsertAsync([New(id, 1)], Token);

        _proxy.SwallowAnswers();
        var replacing = documents.TryReplaceAsync(id, 1, New(id, 2).Json, Token);
        var direct = _mongo.Open().Collection("swallowed");
        while (await ReadAsync(direct, id) != 2)
            await Task.Yield();
        _proxy.Heal();

        Assert.True(await replacing);
        Assert.Equal(2, (await documents.GetAsync(id, Token))!.Revision);
    }

    [Fact]
    public async Task A_reader_that_leaves_is_let_go_at_once_though_the_server_hangs()
    {
        var documents = Open("").Collection("hanging");
        await documents.CountAsync(Filter.All, 1, Token);
        _proxy.SwallowAnswers();
        using var cancel = new CancellationTokenSource();
        var reading = documents.GetAsync(ObjectId.New(TimeProvider.System), cancel.Token);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        _proxy.Heal();
    }

    /// <summary>The database through the proxy, which a driver that looked for the set's other members would go around.</summary>
    private MongoDatabase Open(string options) => _mongo.Open(new(
        $"mongodb://127.0.0.1:{_proxy.Port}/{new Uri(_mongo.Address.Replace("mongodb:", "tcp:", StringComparison.Ordinal)).AbsolutePath.Trim('/')}?directConnection=true&{options}"));

    private static Task LoseAnswerAsync(MongoDatabase database, string command) =>
        FailAsync(database, "once", [command], ("closeConnectionAfter", 1));

    private static async Task FailAsync(MongoDatabase database, string mode, IReadOnlyList<string> commands, params (string Name, int Value)[] what)
    {
        await database.Connection.TryAsync(client => client.Read(BsonWriter.Document(bson =>
        {
            bson.Field("configureFailPoint", "failCommand");
            if (mode == "off")
                bson.Field("mode", "off");
            else
                bson.Field("mode", BsonWriter.Document(times => times.Field("times", mode == "once" ? 1 : 2)));
            bson.Field("data", BsonWriter.Document(data =>
            {
                data.Field("failCommands", BsonWriter.Document(list =>
                {
                    for (var i = 0; i < commands.Count; i++)
                        list.Field(i.ToString(), commands[i]);
                }), isArray: true);
                foreach (var (name, value) in what)
                    data.Field(name, value);
            }));
        }), on: "admin"), Token);
    }

    private static async Task<bool> IncrementAsync(IDocumentCollection documents, ObjectId id)
    {
        while (true)
        {
            var stored = (await documents.GetAsync(id, Token))!;
            if (await documents.TryReplaceAsync(id, stored.Revision, New(id, NumberOf(stored) + 1).Json, Token))
                return true;
        }
    }

    private static async Task<int> ReadAsync(IDocumentCollection documents, ObjectId id) => NumberOf((await documents.GetAsync(id, Token))!);

    private static int NumberOf(StoredDocument stored) => JsonElement.Parse(stored.Json.Span).GetProperty("n").GetInt32();

    private static NewDocument New(ObjectId id, int n) => new(id, Encoding.UTF8.GetBytes($$$"""{"_id":{"$oid":"{{{id}}}"},"n":{{{n}}}}"""));
}
