using Twinrunner.Storage.Database;
using Twinrunner.Storage.Database.Sqlite;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Secrets;
using Twinrunner.Storage.Stores;
using Twinrunner.TestKit;

namespace Twinrunner.Storage.Tests.Stores;

/// <summary>Every query that the stores make is answered by an index, in order: its cost doesn't grow with what is stored.</summary>
public sealed class QueryPlanTests() : StoreTest(BackEnds.Embedded)
{
    [Fact]
    public async Task Every_query_uses_an_index_and_sorts_nothing()
    {
        var watched = new WatchedDatabase(Database);
        await StoreQueries.RunAllAsync(watched, Feed, Token);

        var poor = new List<string>();
        foreach (var (collection, query, isSorted) in watched.Queries)
        {
            var plan = await ((SqliteCollection)Database.Collection(collection)).ExplainAsync(query, Token);
            if (plan.Any(line => IsScan(line, query.Filter) || isSorted && line.Contains("TEMP B-TREE", StringComparison.Ordinal) && !MergesRanges(query.Filter)))
                poor.Add($"{collection}: {query.Filter} sorted by {string.Join(", ", query.Sort)}\n    {string.Join("\n    ", plan)}");
        }
        Assert.True(poor.Count == 0, string.Join('\n', poor));
        Assert.True(watched.Queries.Count > 50);
    }

    /// <summary>Goes through all documents, where the query doesn't ask for all of them by id.</summary>
    private static bool IsScan(string line, Filter filter) =>
        line.StartsWith("SCAN", StringComparison.Ordinal)
        && !(filter is Filter.And { Filters.Count: 0 } && line.Contains("USING INDEX sqlite_autoindex", StringComparison.Ordinal));

    /// <summary>Several ranges of an index (open executions) are put together by sorting them: stores do that only where they are few.</summary>
    private static bool MergesRanges(Filter filter) => filter is Filter.In || filter is Filter.And and && and.Filters.Any(MergesRanges);
}
