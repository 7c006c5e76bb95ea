using System.Text;
using Twinrunner.Storage.Database;
using Twinrunner.Storage.Mongo;
using Twinrunner.Storage.Stores;
using Twinrunner.Storage.Tests.Stores;
using Twinrunner.TestKit.Mongo;

namespace Twinrunner.Storage.Tests.Mongo;

public sealed class MongoQueryPlanTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_query_that_looks_for_something_uses_an_index()
    {
        await using var mongo = TestMongo.Create();
        var database = mongo.Open();
        var watched = new WatchedDatabase(database);
        await StoreQueries.RunAllAsync(watched, new ChangeFeed(), Token);

        var poor = new List<string>();
        foreach (var (collection, query, _) in watched.Queries.Where(asked => asked.Query.Filter is not Filter.And { Filters.Count: 0 }))
        {
            var plan = Encoding.UTF8.GetString(await ((MongoCollection)database.Collection(collection)).ExplainAsync(query, Token));
            // IDHACK and EXPRESS are the server's names for a look-up by id.
            if (!plan.Contains("IXSCAN", StringComparison.Ordinal) && !plan.Contains("IDHACK", StringComparison.Ordinal) && !plan.Contains("EXPRESS", StringComparison.Ordinal))
                poor.Add($"{collection}: {query.Filter} sorted by {string.Join(", ", query.Sort)}");
        }

        Assert.True(poor.Count == 0, string.Join('\n', poor));
        Assert.True(watched.Queries.Count > 50);
    }
}
