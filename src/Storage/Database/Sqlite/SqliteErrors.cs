using SQLitePCL;

namespace Twinrunner.Storage.Database.Sqlite;

/// <summary>What SQLite said, kept as the inner exception of the sentence that a person can act on.</summary>
internal sealed class SqliteFault(int code, string message) : Exception($"SQLite error {code}: {message}")
{
    /// <summary>The extended result code (https://sqlite.org/rescode.html).</summary>
    public int Code => code;
}

internal static class SqliteErrors
{
    public static bool IsTaken(int extendedCode) =>
        extendedCode is raw.SQLITE_CONSTRAINT_PRIMARYKEY or raw.SQLITE_CONSTRAINT_UNIQUE or raw.SQLITE_CONSTRAINT_ROWID;

    public static DatabaseException Translate(string path, int extendedCode, string message) =>
        new(Sentence(path, extendedCode, message), new SqliteFault(extendedCode, message));

    private static string Sentence(string path, int extendedCode, string message) => (extendedCode & 0xFF) switch
    {
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED =>
            $"The database '{path}' is locked by another process. Stop it, or use another data folder.",
        raw.SQLITE_FULL =>
            $"The disk with the database '{path}' is full. Free some space; nothing that was acknowledged is lost.",
        raw.SQLITE_CORRUPT =>
            $"The database '{path}' is damaged ({message}). Restore a backup, or save what is readable with 'sqlite3 FILE .recover'.",
        raw.SQLITE_NOTADB =>
            $"The file '{path}' is not a database. Move it away, or use another data folder.",
        raw.SQLITE_READONLY or raw.SQLITE_PERM =>
            $"The database '{path}' can't be written. Check who owns the file and its folder, and that the file system isn't mounted read-only.",
        raw.SQLITE_CANTOPEN =>
            $"The database '{path}' can't be opened. Check that its folder exists and that this user may write to it.",
        raw.SQLITE_IOERR =>
            $"The disk with the database '{path}' failed ({message}). Check it and the system's log.",
        raw.SQLITE_CONSTRAINT =>
            $"The change was refused, because it would give two documents the same value: {message}.",
        raw.SQLITE_NOMEM =>
            $"There was not enough memory to work with the database '{path}'.",
        _ => $"The database '{path}' refused: {message}.",
    };
}
