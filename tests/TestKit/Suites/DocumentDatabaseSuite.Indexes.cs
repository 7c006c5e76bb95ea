using Twinrunner.Storage;
using Twinrunner.Storage.Database;
using Xunit;

namespace Twinrunner.TestKit.Suites;

public abstract partial class DocumentDatabaseSuite
{
    [Fact]
    public async Task A_unique_index_refuses_a_taken_value_but_not_a_missing_one()
    {
        await _documents.EnsureIndexAsync(new("by_name", ["name"], Unique: true), Token);

        Assert.True(await InsertAsync("\"name\":\"a\""));
        Assert.False(await InsertAsync("\"name\":\"a\""));
        Assert.True(await InsertAsync("\"name\":\"b\""));
        Assert.True(await InsertAsync(""));
        Assert.True(await InsertAsync(""));
        Assert.True(await InsertAsync("\"name\":null"));
    }

    [Fact]
    public async Task A_unique_index_over_two_paths_counts_a_missing_second_one_as_a_value()
    {
        await _documents.EnsureIndexAsync(new("by_name", ["name", "owner"], Unique: true), Token);

        Assert.True(await InsertAsync("\"name\":\"a\""));
        Assert.False(await InsertAsync("\"name\":\"a\",\"owner\":null"));
        Assert.True(await InsertAsync("\"name\":\"a\",\"owner\":1"));
        Assert.False(await InsertAsync("\"name\":\"a\",\"owner\":1"));
        Assert.True(await InsertAsync("\"owner\":1"));
        Assert.True(await InsertAsync("\"owner\":1"));
    }

    [Fact]
    public async Task A_unique_index_holds_for_ids_in_both_spellings()
    {
        var reference = NewId();
        await _documents.EnsureIndexAsync(new("by_reference", ["ref"], Unique: true), Token);

        Assert.True(await InsertAsync($"\"ref\":\"{reference}\""));
        Assert.False(await InsertAsync($$"""  "ref":{"$oid":"{{reference}}"} """));
    }

    [Fact]
    public async Task A_replacement_that_takes_another_documents_value_is_refused()
    {
        await _documents.EnsureIndexAsync(new("by_name", ["name"], Unique: true), Token);
        await InsertAsync("\"name\":\"a\"");
        var id = NewId();
        await _documents.TryInsertAsync([new(id, Json(id, "\"name\":\"b\""))], Token);

        await Assert.ThrowsAsync<DatabaseException>(() => _documents.TryReplaceAsync(id, 1, Json(id, "\"name\":\"a\""), Token));

        Assert.True(await _documents.TryReplaceAsync(id, 1, Json(id, "\"name\":\"c\""), Token));
    }

    [Fact]
    public async Task An_index_may_be_made_twice_and_over_documents_that_are_there()
    {
        await InsertAsync("\"a\":{\"b\":2}");
        await InsertAsync("\"a\":{\"b\":1}");
        var index = new IndexDefinition("by_b", ["a.b"]);

        await _documents.EnsureIndexAsync(index, Token);
        await _documents.EnsureIndexAsync(index, Token);
        await InsertAsync("\"a\":{\"b\":3}");

        Assert.Equal(3, (await FindAsync(Filter.Has("a.b"), "a.b")).Count);
        Assert.Single(await FindAsync(Filter.Equal("a.b", 3)));
        Assert.Single(await FindAsync(Filter.Equal("a.b", 1)));
    }

    [Fact]
    public async Task An_index_that_means_something_else_now_is_made_anew()
    {
        await _documents.EnsureIndexAsync(new("by_name", ["name"], Unique: true), Token);
        await InsertAsync("\"name\":\"a\"");

        await _documents.EnsureIndexAsync(new("by_name", ["name", "version"], Unique: true), Token);

        Assert.True(await InsertAsync("\"name\":\"a\",\"version\":1"));
    }

    [Fact]
    public async Task Documents_written_while_an_index_is_made_are_found_through_it()
    {
        var writing = Enumerable.Range(0, 100).Select(i => InsertAsync($"\"n\":{i}")).ToList();
        var indexing = _documents.EnsureIndexAsync(new("by_n", ["n"]), Token);
        writing.AddRange(Enumerable.Range(100, 100).Select(i => InsertAsync($"\"n\":{i}")));

        await Task.WhenAll([indexing, .. writing]);

        Assert.Equal(200, await _documents.CountAsync(Filter.GreaterOrEqual("n", 0), 1000, Token));
    }

    private Task<bool> InsertAsync(string fields)
    {
        var id = NewId();
        return _documents.TryInsertAsync([new(id, Json(id, fields))], Token);
    }
}
