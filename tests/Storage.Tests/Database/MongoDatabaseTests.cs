using Twinrunner.Storage.Database;
using Twinrunner.TestKit.Mongo;
using Twinrunner.TestKit.Suites;

namespace Twinrunner.Storage.Tests.Database;

public sealed class MongoDatabaseTests : DocumentDatabaseSuite
{
    private readonly TestMongo _mongo = TestMongo.Create();

    protected override ValueTask<IDocumentDatabase> OpenAsync() => ValueTask.FromResult<IDocumentDatabase>(_mongo.Open());

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _mongo.DisposeAsync();
    }
}
