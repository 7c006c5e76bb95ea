using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Twinrunner.Storage;
using Twinrunner.Storage.Database;
using Xunit;

namespace Twinrunner.TestKit.Suites;

public abstract partial class DocumentDatabaseSuite
{
    private static readonly ObjectId SomeId = ObjectId.Parse("65a1b2c3d4e5f60718293a4b");

    [Fact]
    public async Task An_id_is_found_in_both_spellings()
    {
        await InsertAsync("""  "ref":{"$oid":"65a1b2c3d4e5f60718293a4b"} """);
        await InsertAsync("""  "ref":"65a1b2c3d4e5f60718293a4b" """);
        await InsertAsync("""  "ref":"65a1b2c3d4e5f60718293a4c" """);

        Assert.Equal(2, (await FindAsync(Filter.Equal("ref", SomeId))).Count);
        Assert.Equal(2, (await FindAsync(Filter.Equal("ref", SomeId.ToString()))).Count);
        Assert.Equal(2, (await FindAsync(Filter.OneOf("ref", SomeId, NewId()))).Count);
    }

    [Fact]
    public async Task Paths_go_into_objects_but_not_into_lists_and_may_have_dashes()
    {
        await InsertAsync("\"data-inputs\":{\"x-y\":1},\"list\":[{\"a\":1},1]");

        Assert.Single(await FindAsync(Filter.Equal("data-inputs.x-y", 1)));
        Assert.Single(await FindAsync(Filter.Has("list")));
        Assert.Empty(await FindAsync(Filter.Has("list.a")));
        Assert.Empty(await FindAsync(Filter.Equal("list", 1)));
    }

    [Theory]
    [InlineData("a'b")]
    [InlineData("a\"b")]
    [InlineData("a) OR 1=1 --")]
    [InlineData("a..b")]
    [InlineData("$where")]
    [InlineData("")]
    [InlineData("a\0")]
    [InlineData("a\n")]
    public async Task A_path_that_is_not_one_is_refused(string path)
    {
        await Assert.ThrowsAsync<ArgumentException>(() => _documents.FindAsync(new(Filter.Equal(path, 1)), Token));
        await Assert.ThrowsAsync<ArgumentException>(() => _documents.FindAsync(new(Filter.All) { Sort = [path] }, Token));
        await Assert.ThrowsAsync<ArgumentException>(() => _documents.DeleteAsync(Filter.Has(path), Token));
        await Assert.ThrowsAsync<ArgumentException>(() => _documents.EnsureIndexAsync(new("by_path", [path]), Token));
    }

    [Fact]
    public async Task Values_sort_by_kind_and_then_by_value_with_ids_to_the_end()
    {
        string[] fields =
        [
            "", "\"v\":null", "\"v\":-1.5", "\"v\":0", "\"v\":2", "\"v\":10", "\"v\":\"\"", "\"v\":\"10\"", "\"v\":\"B\"", "\"v\":\"a\"",
            "\"v\":\"\uFB00\"", "\"v\":\"😀\"", "\"v\":false", "\"v\":true",
            "\"v\":{\"$date\":\"2025-12-31T23:59:59.999Z\"}", "\"v\":{\"$date\":\"2026-01-01T00:00:00.000Z\"}",
        ];
        var ids = fields.Select(_ => NewId()).ToList();
        await _documents.TryInsertAsync([.. ids.Zip(fields, (id, field) => new NewDocument(id, Json(id, field))).Reverse()], Token);

        Assert.Equal(ids, await FindAsync(Filter.All, "v"));
        Assert.Equal(ids.AsEnumerable().Reverse(), await FindAsync(Filter.All, new SortKey("v", Descending: true)));
    }

    [Fact]
    public async Task Filters_find_what_a_plain_reading_of_the_documents_finds_with_and_without_indexes()
    {
        foreach (var fields in ModelDocument.Sample(60))
            await InsertAsync(fields);
        var stored = (await _documents.FindAsync(new(Filter.All) { Limit = 1000 }, Token))
            .Select(document => (document.Id, Root: JsonElement.Parse(document.Json.Span))).ToList();
        var filters = ModelFilter.Sample(400);

        await CompareAsync();
        foreach (var path in ModelDocument.Paths)
            await _documents.EnsureIndexAsync(new("by_" + path.Replace('.', '_'), [path]), Token);
        await CompareAsync();

        async Task CompareAsync()
        {
            foreach (var filter in filters)
            {
                var expected = stored.Where(document => ModelFilter.Matches(filter, document.Root)).Select(document => document.Id);
                Assert.True(
                    expected.SequenceEqual(await FindAsync(filter)),
                    $"{ModelFilter.Describe(filter)} over\n{string.Join('\n', stored.Select(document => document.Root.GetRawText()))}");
            }
        }
    }
}
