using Twinrunner.Storage.Database;
using Twinrunner.Storage.Database.Sqlite;
using Twinrunner.TestKit;
using Twinrunner.TestKit.Suites;

namespace Twinrunner.Storage.Tests.Database;

public sealed class SqliteDatabaseTests : DocumentDatabaseSuite
{
    private readonly TestFolder _folder = new();

    protected override ValueTask<IDocumentDatabase> OpenAsync() => ValueTask.FromResult<IDocumentDatabase>(SqliteDatabase.Open(_folder["test.db"]));

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }
}
