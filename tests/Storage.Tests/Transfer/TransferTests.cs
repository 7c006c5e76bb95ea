using System.Text;
using Twinrunner.Storage.Database;
using Twinrunner.Storage.Objects;
using Twinrunner.Storage.Stores;
using Twinrunner.Storage.Tests.Stores;
using Twinrunner.Storage.Transfer;
using Twinrunner.TestKit;
using Twinrunner.TestKit.Mongo;

namespace Twinrunner.Storage.Tests.Transfer;

public sealed class TransferTests : IAsyncLifetime
{
    private TestStores _stores = null!;
    private readonly TestFolder _target = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _stores = await TestStores.OpenAsync(_ => { }, Token);
        for (var i = 0; i < 250; i++)
            await _stores.AddStepAsync(step => step with { Name = $"step{i}" }, Token);
        foreach (var key in (string[])["a", "a/b", "ü 1", "large"])
            await _stores.Get<IObjectStore>().PutAsync(key, new MemoryStream(Encoding.UTF8.GetBytes(new string('x', key == "large" ? 9_000_000 : key.Length))), new(), Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stores.DisposeAsync();
        _target.Dispose();
    }

    [Fact]
    public async Task Everything_is_in_the_list_of_collections()
    {
        foreach (var store in _stores.GetAll<IStore>())
            await store.EnsureIndexesAsync(Token);

        Assert.Empty(SqliteTables(Path.Combine(_stores.Folder.Path, "twinrunner.db")).Except(DocumentTransfer.Collections));
    }

    [Theory, InlineData(TestS3.First), InlineData(TestS3.Second)]
    public async Task Documents_and_objects_go_to_a_cluster_and_back_and_a_second_time_nothing_is_written(string variable)
    {
        await using var mongo = TestMongo.Create();
        await using var bucket = await TestS3.Get(variable).MakeBucketAsync(Token);
        await using var cluster = await StoragePlace.OpenAsync(new StorageOptions { DataFolder = _target["cluster"], Mongo = new(mongo.Address), S3 = bucket.Options }, Token);
        await using var back = await StoragePlace.OpenAsync(new StorageOptions { DataFolder = _target["back"] }, Token);
        await cluster.EnsureIndexesAsync(Token);

        Assert.Equal((4, 4), await CopyAsync(_stores.Get<IObjectStore>(), cluster.Objects));
        Assert.Equal((4, 0), await CopyAsync(_stores.Get<IObjectStore>(), cluster.Objects));
        Assert.Equal((4, 4), await CopyAsync(cluster.Objects, back.Objects));
        Assert.Equal((250, 250), await CopyAsync(_stores.Get<IDocumentDatabase>(), cluster.Database));
        Assert.Equal((250, 0), await CopyAsync(_stores.Get<IDocumentDatabase>(), cluster.Database));
        Assert.Equal((250, 250), await CopyAsync(cluster.Database, back.Database));
        Assert.Equal((250, 0), await CopyAsync(_stores.Get<IDocumentDatabase>(), back.Database));
        Assert.Equal(9_000_000, (await back.Objects.HeadAsync("large", Token))!.Size);
    }

    [Fact]
    public async Task A_transfer_to_a_cluster_that_is_cut_off_anywhere_is_finished_by_the_next()
    {
        await using var storage = await TestStorage.MakeAsync(BackEnds.Cluster, Token);
        await using var cluster = await StoragePlace.OpenAsync(storage.Options, Token);
        var (from, to) = (_stores.Get<IDocumentDatabase>().Collection("steps"), cluster.Database.Collection("steps"));

        using (var cut = new CancellationTokenSource())
        {
            var watched = new WatchedDatabase(_stores.Get<IDocumentDatabase>());
            watched.AfterFind = () => watched.Queries.Count == 2 ? cut.CancelAsync() : Task.CompletedTask; // at the second page
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => DocumentTransfer.CopyAsync(watched.Collection("steps"), to, cut.Token));
        }
        using (var cut = new CancellationTokenSource())
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ObjectTransfer.CopyAsync(_stores.Get<IObjectStore>(), cluster.Objects, _ => cut.Cancel(), cut.Token));

        var there = await to.CountAsync(Filter.All, 1000, Token);
        Assert.Equal(100, there);
        Assert.Equal(new("steps", 250, 250 - there), await DocumentTransfer.CopyAsync(from, to, Token));
        Assert.Equal(4, (await CopyAsync(_stores.Get<IObjectStore>(), cluster.Objects)).Item1);
        Assert.Equal((4, 0), await CopyAsync(_stores.Get<IObjectStore>(), cluster.Objects));
        Assert.Equal((250, 0), await CopyAsync(_stores.Get<IDocumentDatabase>(), cluster.Database));
    }

    [Fact]
    public async Task A_transfer_that_was_cut_off_goes_on_and_puts_right_what_differs()
    {
        await using var target = await StoragePlace.OpenAsync(new StorageOptions { DataFolder = _target["target"] }, Token);
        var (from, to) = (_stores.Get<IDocumentDatabase>().Collection("steps"), target.Database.Collection("steps"));
        var some = await from.FindAsync(new(Filter.All) { Limit = 30 }, Token);
        await to.TryInsertAsync([.. some.Select(document => new NewDocument(document.Id, document.Json))], Token);
        await to.TryReplaceAsync(some[3].Id, 1, some[4].Json, Token);
        await target.Objects.PutAsync("a", new MemoryStream("y"u8.ToArray()), new(), Token);

        Assert.Equal(new("steps", 250, 221), await DocumentTransfer.CopyAsync(from, to, Token));
        Assert.Equal((4, 4), await CopyAsync(_stores.Get<IObjectStore>(), target.Objects));
        Assert.Equal(250, await to.CountAsync(Filter.All, long.MaxValue, Token));
    }

    [Fact]
    public async Task A_backup_of_a_database_in_use_is_restored_whole()
    {
        var options = _stores.Get<StorageOptions>();
        await File.WriteAllTextAsync(Path.Combine(options.DataFolder, "secrets.key"), "key", Token);
        var restored = new StorageOptions { DataFolder = _target["restored"] };

        Assert.Equal(4, (await Backup.MakeAsync(options, _target["backup"], Token)).Objects);
        await _stores.AddStepAsync(step => step with { Name = "later" }, Token);
        Assert.Equal(4, (await Backup.RestoreAsync(_target["backup"], restored, Token)).Objects);

        await using var place = await StoragePlace.OpenAsync(restored, Token);
        Assert.Equal(250, await place.Database.Collection("steps").CountAsync(Filter.All, 1000, Token));
        Assert.Equal(9_000_000, (await place.Objects.HeadAsync("large", Token))!.Size);
        Assert.True(File.Exists(Path.Combine(restored.DataFolder, "secrets.key")));
        await Assert.ThrowsAsync<TransferException>(() => Backup.RestoreAsync(_target["backup"], restored, Token));
        await Assert.ThrowsAsync<TransferException>(() => Backup.MakeAsync(options, _target["backup"], Token));
    }

    [Theory, InlineData("objects/a.d/b"), InlineData("twinrunner.db"), InlineData("backup.jsonl")]
    public async Task A_backup_that_was_changed_or_cut_off_is_not_restored(string file)
    {
        await Backup.MakeAsync(_stores.Get<StorageOptions>(), _target["backup"], Token);
        File.Delete(Path.Combine(_target["backup"], file));

        await Assert.ThrowsAsync<TransferException>(() => Backup.RestoreAsync(_target["backup"], new StorageOptions { DataFolder = _target["restored"] }, Token));

        Assert.False(File.Exists(Path.Combine(_target["restored"], "twinrunner.db")));
    }

    private static async Task<(long, long)> CopyAsync(IObjectStore from, IObjectStore to)
    {
        var count = await ObjectTransfer.CopyAsync(from, to, _ => { }, Token);
        return (count.Objects, count.Written);
    }

    private static async Task<(long, long)> CopyAsync(IDocumentDatabase from, IDocumentDatabase to)
    {
        var count = await DocumentTransfer.CopyAsync(from.Collection("steps"), to.Collection("steps"), Token);
        return (count.Documents, count.Written);
    }

    private static List<string> SqliteTables(string file)
    {
        using var connection = new Twinrunner.Storage.Database.Sqlite.SqliteConnection(file);
        using var statement = connection.Prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
        var names = new List<string>();
        while (statement.Step())
            names.Add(statement.Text(0));
        return names;
    }
}
