using System.Text;
using Twinrunner.Storage;
using Twinrunner.Storage.Transfer;
using Twinrunner.TestKit;
using Twinrunner.TestKit.Mongo;

namespace Twinrunner.Cli.Tests.Admin;

public sealed class AdminVerbsTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory, InlineData(TestS3.First), InlineData(TestS3.Second)]
    public async Task An_installation_moves_to_a_cluster_and_back(string variable)
    {
        await using var mongo = TestMongo.Create();
        await using var bucket = await TestS3.Get(variable).MakeBucketAsync(Token);
        await FillAsync(_folder["old"]);
        StorageSettingsFile.Write(_folder["cluster"], new() { DataFolder = _folder["cluster"], Mongo = new(mongo.Address), S3 = bucket.Options });

        await SucceedsAsync("admin", "migrate", "--from", _folder["old"], "--to", _folder["cluster"]);
        Assert.NotNull(await bucket.Store.HeadAsync("a/b", Token));
        await SucceedsAsync("admin", "migrate", "--from", _folder["cluster"], "--to", _folder["back"], "--only", "objects");

        Assert.Equal("content", await ReadAsync(_folder["back"]));
        Assert.True(File.Exists(Path.Combine(_folder["cluster"], "secrets.key")));
        Assert.False(File.Exists(Path.Combine(_folder["back"], "secrets.key")));

        var rest = await CliRun.OfAsync("admin", "migrate", "--from", _folder["cluster"], "--to", _folder["back"]);
        Assert.True(rest.ExitCode == 0, $"{rest.Out}{rest.Error}");
        Assert.Matches(@"users +1 +1 written", rest.Out);
        Assert.True(File.Exists(Path.Combine(_folder["back"], "secrets.key")));
    }

    [Fact]
    public async Task A_backup_is_restored()
    {
        await FillAsync(_folder["old"]);

        await SucceedsAsync("admin", "backup", _folder["backup"], "--data", _folder["old"]);
        await SucceedsAsync("admin", "restore", _folder["backup"], "--data", _folder["new"]);
        var again = await CliRun.OfAsync("admin", "restore", _folder["backup"], "--data", _folder["new"]);

        Assert.Equal("content", await ReadAsync(_folder["new"]));
        Assert.NotEqual(0, again.ExitCode);
        Assert.Contains("holds an installation already", again.Error, StringComparison.Ordinal);
    }

    private static async Task FillAsync(string folder)
    {
        await using var place = await StoragePlace.OpenAsync(new StorageOptions { DataFolder = folder }, Token);
        await place.EnsureIndexesAsync(Token);
        await place.Objects.PutAsync("a/b", new MemoryStream(Encoding.UTF8.GetBytes("content")), new(), Token);
        var user = ObjectId.New(TimeProvider.System);
        await place.Database.Collection("users").TryInsertAsync([new(user, Encoding.UTF8.GetBytes($$"""{"_id":{"$oid":"{{user}}"},"displayName":"Ada"}"""))], Token);
        await File.WriteAllTextAsync(Path.Combine(folder, "secrets.key"), "key", Token);
    }

    private static async Task<string> ReadAsync(string folder)
    {
        await using var place = await StoragePlace.OpenAsync(new StorageOptions { DataFolder = folder }, Token);
        await using var content = await place.Objects.GetAsync("a/b", null, Token);
        return await new StreamReader(content!).ReadToEndAsync(Token);
    }

    private static async Task SucceedsAsync(params string[] arguments)
    {
        var run = await CliRun.OfAsync(arguments);
        Assert.True(run.ExitCode == 0, $"{run.Out}{run.Error}");
    }
}
