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
            var isNew = CheckVersion(connection);
            connection.Execute("PRAGMA page_size = 8192"); // of a new file: a step with its indexes fits a page or two
            connection.Execute("PRAGMA journal_mode = WAL");
            connection.Execute("PRAGMA synchronous = FULL"); // flush the log at every commit, not only at checkpoints
            connection.Execute("PRAGMA wal_autocheckpoint = 2000");
            connection.Execute("PRAGMA cache_size = -4096"); // KiB; the system's own cache stands behind it
            connection.Execute("PRAGMA temp_store = MEMORY");
            if (isNew)
            {
                connection.Execute($"PRAGMA application_id = {ApplicationId}");
                connection.Execute($"PRAGMA user_version = {Version}");
            }
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
        connection.Execute("PRAGMA cache_size = -1024");
        connection.Execute("PRAGMA temp_store = MEMORY");
        return connection;
    }

    /// <summary>Creates the collection's table if it isn't there.</summary>
    public static SqliteLayout CreateTable(SqliteConnection connection, string collection)
    {
        connection.Execute($"""
            CREATE TABLE IF NOT EXISTS "{collection}" (id BLOB PRIMARY KEY NOT NULL, revision INTEGER NOT NULL, body TEXT NOT NULL)
            """);
        var paths = new List<string>();
        using var columns = connection.Prepare("SELECT name FROM pragma_table_info(?) WHERE name LIKE '$.%' ORDER BY cid");
        columns.Bind(collection);
        while (columns.Step())
            paths.Add(columns.Text(0)[2..]);
        return new(collection, paths);
    }

    /// <summary>Creates the index, or replaces one of the same name over other paths. Returns the layout with the columns that it needs.</summary>
    public static SqliteLayout CreateIndex(SqliteConnection connection, string collection, SqliteLayout layout, IndexDefinition index)
    {
        foreach (var path in index.Keys.Select(key => key.Path).Except([.. layout.Paths, "_id", "revision"]))
            AddColumn(connection, collection, DocumentPath.Check(path));
        layout = CreateTable(connection, collection);
        var name = $"{collection}.{index.Name}";
        var values = index.Keys.Select(key => layout.Value(key.Path)).ToList();
        if (index is { Unique: true, Keys: [_] })
        {
            Replace(connection, name, $"CREATE UNIQUE INDEX \"{name}\" ON \"{collection}\" ({values[0]})");
            return layout;
        }
        Replace(connection, name, $"CREATE INDEX \"{name}\" ON \"{collection}\" ({layout.Order(index.Keys)})");
        if (index.Unique)
        {
            // SQLite takes nulls for different from each other; only a null in the first path may free a document of the rule.
            var rest = string.Concat(values.Skip(1).Select(value => $", ifnull({value}, x'')"));
            Replace(connection, name + ".unique", $"CREATE UNIQUE INDEX \"{name}.unique\" ON \"{collection}\" ({values[0]}{rest})");
        }
        return layout;
    }

    private static void AddColumn(SqliteConnection connection, string collection, string path)
    {
        var column = SqliteLayout.Column(path);
        connection.Execute($"ALTER TABLE \"{collection}\" ADD COLUMN {column}");
        connection.Execute($"UPDATE \"{collection}\" SET {column} = {SqliteKey.Expression(path)}");
    }

    private static void Replace(SqliteConnection connection, string name, string sql)
    {
        using (var existing = connection.Prepare("SELECT sql FROM sqlite_schema WHERE type = 'index' AND name = ?"))
        {
            if (existing.Bind(name).Step() && existing.Text(0) == sql)
                return;
        }
        connection.Execute($"DROP INDEX IF EXISTS \"{name}\"");
        connection.Execute(sql);
    }

    /// <summary>True: the file is new.</summary>
    private static bool CheckVersion(SqliteConnection connection)
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
        return isNew;
    }
}
