using System.Text;
using System.Text.Json;
using Twinrunner.Storage;
using Twinrunner.Storage.Database;
using Xunit;

namespace Twinrunner.TestKit.Suites;

/// <summary>
/// What every <see cref="IDocumentDatabase"/> does. A back end joins by deriving a class that opens a database; each test
/// uses a collection of its own name.
/// </summary>
public abstract partial class DocumentDatabaseSuite : IAsyncLifetime
{
    private IDocumentDatabase _database = null!;
    private IDocumentCollection _documents = null!;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Opens the database; opened again, it holds what was stored.</summary>
    protected abstract ValueTask<IDocumentDatabase> OpenAsync();

    public virtual async ValueTask InitializeAsync()
    {
        _database = await OpenAsync();
        _documents = _database.Collection("test_" + NewId());
    }

    public virtual async ValueTask DisposeAsync()
    {
        await _documents.DeleteAsync(Filter.All, CancellationToken.None);
        await _database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_document_comes_back_as_it_was_stored_with_revision_1()
    {
        var id = NewId();
        var json = Json(id, """ "name":"é 😀 \" \\ \u0001","big":9007199254740993,"half":0.5,"at":{"$date":"2026-01-31T12:00:00.123Z"},"a-b":[1,{"c":null}]""");

        Assert.True(await _documents.TryInsertAsync([new(id, json)], Token));

        var stored = await _documents.GetAsync(id, Token);
        Assert.NotNull(stored);
        Assert.Equal((id, 1), (stored.Id, stored.Revision));
        AssertSameJson(json, stored.Json);
    }

    [Fact]
    public async Task A_revision_is_read_without_its_document()
    {
        var id = NewId();
        await _documents.TryInsertAsync([new(id, Json(id, """ "name":"a" """))], Token);
        await _documents.TryReplaceAsync(id, 1, Json(id, """ "name":"b" """), Token);

        Assert.Equal(2, await _documents.GetRevisionAsync(id, Token));
        Assert.Null(await _documents.GetRevisionAsync(NewId(), Token));
    }

    [Fact]
    public async Task What_is_not_there_is_null_and_nothing_is_found_in_a_new_collection()
    {
        Assert.Null(await _documents.GetAsync(NewId(), Token));
        Assert.Empty(await _documents.FindAsync(new(Filter.All), Token));
        Assert.Equal(0, await _documents.CountAsync(Filter.All, 10, Token));
        Assert.Equal(0, await _documents.DeleteAsync(Filter.All, Token));
    }

    [Fact]
    public async Task An_id_is_taken_once_and_a_group_with_a_taken_id_inserts_nothing()
    {
        var (taken, free) = (NewId(), NewId());
        Assert.True(await _documents.TryInsertAsync([New(taken)], Token));

        Assert.False(await _documents.TryInsertAsync([New(taken)], Token));
        Assert.False(await _documents.TryInsertAsync([New(free), New(taken)], Token));

        Assert.Null(await _documents.GetAsync(free, Token));
    }

    [Fact]
    public async Task An_empty_group_is_inserted_without_doing_anything()
    {
        Assert.True(await _documents.TryInsertAsync([], Token));
        Assert.Equal(0, await _documents.CountAsync(Filter.All, 10, Token));
    }

    [Fact]
    public async Task Many_are_read_in_the_order_of_their_ids_without_the_missing_ones()
    {
        ObjectId[] ids = [NewId(), NewId(), NewId()];
        await _documents.TryInsertAsync([New(ids[0]), New(ids[2])], Token);

        var read = await _documents.GetManyAsync([ids[2], ids[1], ids[0]], Token);

        Assert.Equal([ids[2], ids[0]], read.Select(document => document.Id));
    }

    [Fact]
    public async Task Of_many_replacements_of_one_revision_one_wins()
    {
        var id = NewId();
        await _documents.TryInsertAsync([New(id)], Token);

        var won = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => _documents.TryReplaceAsync(id, 1, Json(id, $"\"n\":{i}"), Token)));

        Assert.Single(won, true);
        var stored = await _documents.GetAsync(id, Token);
        Assert.NotNull(stored);
        Assert.Equal(2, stored.Revision);
        AssertSameJson(Json(id, $"\"n\":{Array.IndexOf(won, true)}"), stored.Json);
    }

    [Fact]
    public async Task What_was_changed_or_deleted_or_never_there_is_not_replaced()
    {
        var (id, other) = (NewId(), NewId());
        await _documents.TryInsertAsync([New(id)], Token);

        Assert.False(await _documents.TryReplaceAsync(id, 2, Json(id), Token));
        Assert.False(await _documents.TryReplaceAsync(id, 0, Json(id), Token));
        Assert.False(await _documents.TryReplaceAsync(other, 0, Json(other), Token));
        await _documents.DeleteAsync(Filter.Equal("_id", id), Token);
        Assert.False(await _documents.TryReplaceAsync(id, 1, Json(id), Token));
    }

    [Fact]
    public async Task Deleting_says_how_many_and_leaves_the_others()
    {
        var (a, b, c) = (NewId(), NewId(), NewId());
        await _documents.TryInsertAsync([new(a, Json(a, "\"n\":1")), new(b, Json(b, "\"n\":2")), new(c, Json(c, "\"n\":3"))], Token);

        Assert.Equal(2, await _documents.DeleteAsync(Filter.LessOrEqual("n", 2), Token));

        Assert.Equal([c], await FindAsync(Filter.All));
    }

    [Fact]
    public async Task Counting_ends_at_its_limit()
    {
        await _documents.TryInsertAsync([.. Enumerable.Range(0, 10).Select(_ => New(NewId()))], Token);

        Assert.Equal(10, await _documents.CountAsync(Filter.All, 100, Token));
        Assert.Equal(3, await _documents.CountAsync(Filter.All, 3, Token));
    }

    [Fact]
    public async Task Pages_of_a_sorted_list_meet_without_gap_or_overlap()
    {
        var ids = Enumerable.Range(0, 25).Select(_ => NewId()).ToList();
        await _documents.TryInsertAsync([.. ids.Select(New)], Token);
        var seen = new List<ObjectId>();

        for (ObjectId? last = null; ;)
        {
            var page = await _documents.FindAsync(
                new(last is { } id ? Filter.Less("_id", id) : Filter.All) { Sort = [new("_id", Descending: true)], Limit = 10 }, Token);
            if (page.Count == 0)
                break;
            seen.AddRange(page.Select(document => document.Id));
            last = seen[^1];
        }

        Assert.Equal(ids.AsEnumerable().Reverse(), seen);
    }

    [Fact]
    public async Task Writes_at_the_same_time_are_all_there_and_each_fails_alone()
    {
        var taken = NewId();
        await _documents.TryInsertAsync([New(taken)], Token);
        var ids = Enumerable.Range(0, 200).Select(i => i % 10 == 0 ? taken : NewId()).ToList();

        var inserted = await Task.WhenAll(ids.Select(id => _documents.TryInsertAsync([New(id)], Token)));

        Assert.Equal(ids.Select(id => id != taken), inserted);
        Assert.Equal(181, await _documents.CountAsync(Filter.All, 1000, Token));
    }

    [Fact]
    public async Task A_cancelled_call_throws_and_the_database_goes_on()
    {
        var cancelled = new CancellationToken(canceled: true);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _documents.FindAsync(new(Filter.All), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _documents.TryInsertAsync([New(NewId())], cancelled));

        await _database.PingAsync(Token);
        Assert.Empty(await FindAsync(Filter.All));
    }

    [Fact]
    public async Task What_was_stored_is_there_when_the_database_is_opened_again()
    {
        var id = NewId();
        await _documents.TryInsertAsync([New(id)], Token);
        await _documents.EnsureIndexAsync(new("by_n", ["n"]), Token);
        await _database.DisposeAsync();

        _database = await OpenAsync();
        _documents = _database.Collection(_documents.Name);

        Assert.Equal([id], await FindAsync(Filter.Lacks("n")));
    }

    protected static ObjectId NewId() => ObjectId.New(TimeProvider.System);

    private static NewDocument New(ObjectId id) => new(id, Json(id));

    private static byte[] Json(ObjectId id, string fields = "") =>
        Encoding.UTF8.GetBytes($$"""{"_id":{"$oid":"{{id}}"}{{(fields.Length > 0 ? "," : "")}}{{fields}}}""");

    private static void AssertSameJson(ReadOnlyMemory<byte> expected, ReadOnlyMemory<byte> actual) =>
        Assert.True(
            JsonElement.DeepEquals(JsonElement.Parse(expected.Span), JsonElement.Parse(actual.Span)),
            $"expected {Encoding.UTF8.GetString(expected.Span)}, got {Encoding.UTF8.GetString(actual.Span)}");

    private async Task<List<ObjectId>> FindAsync(Filter filter, params SortKey[] sort) =>
        [.. (await _documents.FindAsync(new(filter) { Sort = sort, Limit = 1000 }, Token)).Select(document => document.Id)];
}
