using Twinrunner.Cli.Doctor;
using Twinrunner.Storage.Mongo;
using Twinrunner.TestKit.Mongo;

namespace Twinrunner.Cli.Tests.Doctor;

public sealed class DatabaseCheckTests
{
    [Fact]
    public async Task Each_trouble_has_a_sentence_that_says_what_to_do()
    {
        await using var good = TestMongo.Create();
        await using var secure = TestMongo.Create(TestMongo.SecureVariable);
        await using var alone = TestMongo.Create(TestMongo.AloneVariable);

        Assert.True((await CheckAsync(new(good.Address))).Ok);
        Assert.True((await CheckAsync(new(secure.Address))).Ok);
        await FailsAsync(new(secure.Address, Password: "wrong"), "databasePassword");
        await FailsAsync(new(alone.Address), "replica set");
        await FailsAsync(new("mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=200"), "can't be reached");
        await FailsAsync(new("mongodb://127.0.0.1:x/"), "can't be read");
    }

    private static Task<Finding> CheckAsync(MongoOptions options) =>
        DatabaseCheck.CheckAsync(options, TimeProvider.System, TestContext.Current.CancellationToken);

    private static async Task FailsAsync(MongoOptions options, string sentence)
    {
        var finding = await CheckAsync(options);
        Assert.False(finding.Ok);
        Assert.Contains(sentence, finding.Sentence);
    }
}
