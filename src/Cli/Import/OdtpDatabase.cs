using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Twinrunner.Storage.Database;
using Twinrunner.Storage.Mongo;

namespace Twinrunner.Cli.Import;

/// <summary>The database of an ODTP, which may be running: it is only read.</summary>
internal sealed class OdtpDatabase(MongoOptions options, TimeProvider time) : IOdtpSource
{
    private const int PageSize = 500;

    private readonly MongoDatabase _database = Open(options, time);

    public Task<bool> HasAsync(string collection, CancellationToken cancellationToken) =>
        AskAsync(async () => await _database.Collection(collection).CountAsync(Filter.All, 1, cancellationToken) > 0);

    public Task<IReadOnlyList<JsonElement>> ReadAsync(string collection, CancellationToken cancellationToken) => AskAsync<IReadOnlyList<JsonElement>>(async () =>
    {
        var documents = new List<JsonElement>();
        var filter = Filter.All;
        while (true)
        {
            var page = await _database.Collection(collection).FindAsync(new(filter) { Limit = PageSize }, cancellationToken);
            documents.AddRange(page.Select(document => JsonElement.Parse(document.Json.Span)));
            if (page.Count < PageSize)
                return documents;
            filter = Filter.Greater("_id", page[^1].Id);
        }
    });

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private static MongoDatabase Open(MongoOptions options, TimeProvider time)
    {
        try
        {
            return MongoDatabase.Open(options, time, NullLoggerFactory.Instance);
        }
        catch (DatabaseException failure)
        {
            throw new CliError(ExitCode.Trouble, failure.Message, next: null, failure);
        }
    }

    private static async Task<T> AskAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (DatabaseException failure)
        {
            throw new CliError(ExitCode.Trouble, failure.Message, "check the address that --mongo gives", failure);
        }
    }
}
