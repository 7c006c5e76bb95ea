using SQLitePCL;

namespace Twinrunner.Storage.Database.Sqlite;

/// <summary>
/// One connection, used by one thread at a time, with the statements that it has prepared. It speaks to SQLite's C interface
/// directly: documents are UTF-8 in our hands and in the file, and ADO.NET would turn them into UTF-16 and back.
/// </summary>
internal sealed class SqliteConnection : IDisposable
{
    /// <summary>Statements kept prepared; filters with lists of many lengths could make any number of them.</summary>
    private const int MaxStatements = 256;

    private readonly sqlite3 _handle;
    private readonly Dictionary<string, SqliteStatement> _statements = [];

    static SqliteConnection() => Batteries_V2.Init();

    /// <exception cref="DatabaseException">The file can't be opened.</exception>
    public SqliteConnection(string path)
    {
        Path = path;
        var code = raw.sqlite3_open_v2(
            path, out _handle, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE | raw.SQLITE_OPEN_NOMUTEX, null);
        if (code != raw.SQLITE_OK)
        {
            var exception = Failure(code);
            _handle.Dispose();
            throw exception;
        }
        _ = raw.sqlite3_extended_result_codes(_handle, 1);
        _ = raw.sqlite3_busy_timeout(_handle, 10_000);
    }

    public string Path { get; }

    /// <summary>False after SQLite rolled back by itself, as it does when the disk is full.</summary>
    public bool InTransaction => raw.sqlite3_get_autocommit(_handle) == 0;

    /// <summary>Rows that the last statement inserted, changed or deleted.</summary>
    public int Changes => raw.sqlite3_changes(_handle);

    /// <summary>The statement, reset and without values; prepared only once.</summary>
    public SqliteStatement Prepare(string sql)
    {
        if (_statements.TryGetValue(sql, out var known))
            return known;
        if (_statements.Count == MaxStatements)
            Forget();
        Check(raw.sqlite3_prepare_v3(_handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out var handle));
        return _statements[sql] = new(this, handle);
    }

    /// <summary>Runs a statement to its end.</summary>
    public void Execute(string sql)
    {
        using var statement = Prepare(sql);
        while (statement.Step())
        {
        }
    }

    /// <summary>The first value of the first row, or 0.</summary>
    public long ReadInteger(string sql)
    {
        using var statement = Prepare(sql);
        return statement.Step() ? statement.Integer(0) : 0;
    }

    /// <summary>Makes the statement that runs now fail; may be called from any thread.</summary>
    public void Interrupt() => raw.sqlite3_interrupt(_handle);

    public void Check(int code)
    {
        if (code is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE))
            throw Failure(code);
    }

    public DatabaseException Failure(int code)
    {
        var extended = raw.sqlite3_extended_errcode(_handle);
        return SqliteErrors.Translate(Path, (extended & 0xFF) == (code & 0xFF) ? extended : code, raw.sqlite3_errmsg(_handle).utf8_to_string());
    }

    public void Dispose()
    {
        Forget();
        _handle.Dispose();
    }

    private void Forget()
    {
        foreach (var statement in _statements.Values)
            statement.Close();
        _statements.Clear();
    }
}
