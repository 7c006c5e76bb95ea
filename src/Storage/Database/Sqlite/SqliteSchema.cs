using SQLitePCL;

namespace Twinrunner.Storage.Database.Sqlite;

/// <summary>The layout of the file: its settings, its version, its tables and indexes.</summary>
internal static class SqliteSchema
{
    /// <summary>Counted up when a newer layout can't be read by older code; kept in the file as <c>user_version</c>.</summary>
    public const int Version = 1;

    /// <summary>"Twin": what <c>file</c> and we recognise the file by.</summary>
    private const int ApplicationId = 0x5477696E;

    public static SqliteConnection OpenWriter(string path)
    {
        var connection = new SqliteConnection(path);
        try
        {
            CheckVersion(connection);
            connection.Execute("PRAGMA page_size = 8192"); // of a new file: a step with its indexes fits a page or two
            connection.Execute("PRAGMA journal_mode = WAL");
            connection.Execute("PRAGMA synchronous = FULL"); // flush the log at every commit, not only at checkpoints
            connection.Execute("PRAGMA wal_autocheckpoint = 2000");
            connection.Execute("PRAGMA cache_size = -32768");
            connection.Execute("PRAGMA temp_store = MEMORY");
            connection.Execute($"PRAGMA application_id = {ApplicationId}");
            connection.Execute($"PRAGMA user_version = {Version}");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public static SqliteConnection OpenReader(string path)
    {
        var connection = new SqliteConnection(path);
        connection.Execute("PRAGMA query_only = 1");
        connection.Execute("PRAGMA cache_size = -8192");
        connection.Execute("PRAGMA temp_store = MEMORY");
        return connection;
    }

    public static bool CreateTable(SqliteConnection connection, string collection)
    {
        connection.Execute($"""
            CREATE TABLE IF NOT EXISTS "{collection}" (id BLOB PRIMARY KEY NOT NULL, revision INTEGER NOT NULL, body TEXT NOT NULL)
            """);
        return true;
    }

    /// <summary>Creates the index, or replaces one of the same name over other paths.</summary>
    public static bool CreateIndex(SqliteConnection connection, string collection, IndexDefinition index)
    {
        var keys = SqliteQuery.Order(index.Keys);
        if (index is { Unique: true, Keys.Count: > 1 })
        {
            // SQLite takes nulls for different from each other; only a null in the first path may free a document of the rule.
            var values = index.Keys.Select((key, i) => i == 0 ? SqliteQuery.Value(key.Path) : $"ifnull({SqliteQuery.Value(key.Path)}, x'')");
            Replace(connection, $"{collection}.{index.Name}.unique", name =>
                $"CREATE UNIQUE INDEX {name} ON \"{collection}\" ({string.Join(", ", values)})");
            return Replace(connection, $"{collection}.{index.Name}", name => $"CREATE INDEX {name} ON \"{collection}\" ({keys})");
        }
        return Replace(connection, $"{collection}.{index.Name}", name => index.Unique
            ? $"CREATE UNIQUE INDEX {name} ON \"{collection}\" ({SqliteQuery.Value(index.Keys[0].Path)})"
            : $"CREATE INDEX {name} ON \"{collection}\" ({keys})");
    }

    private static bool Replace(SqliteConnection connection, string name, Func<string, string> define)
    {
        var sql = define($"\"{name}\"");
        using (var existing = connection.Prepare("SELECT sql FROM sqlite_schema WHERE type = 'index' AND name = ?"))
        {
            if (existing.Bind(name).Step() && existing.Text(0) == sql)
                return true;
        }
        connection.Execute($"DROP INDEX IF EXISTS \"{name}\"");
        connection.Execute(sql);
        return true;
    }

    private static void CheckVersion(SqliteConnection connection)
    {
        var version = connection.ReadInteger("PRAGMA user_version");
        var application = connection.ReadInteger("PRAGMA application_id");
        var isNew = version == 0 && connection.ReadInteger("SELECT count(*) FROM sqlite_schema") == 0;
        if (!isNew && application != ApplicationId)
            throw SqliteErrors.Translate(connection.Path, raw.SQLITE_NOTADB, "another program's database");
        if (version > Version)
        {
            throw new DatabaseException(
                $"The database '{connection.Path}' was written by a newer Twinrunner (its layout is {version}, this one knows {Version}). Run that version, or use another data folder.");
        }
    }
}
