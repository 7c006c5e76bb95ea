namespace Twinrunner.Storage.Database.Sqlite;

/// <summary>A copy of a database file as it is at one moment, also while a server writes to it.</summary>
internal static class SqliteSnapshot
{
    /// <param name="target">A file that isn't there yet.</param>
    /// <exception cref="DatabaseException">One of the files can't be used.</exception>
    public static void Write(string source, string target)
    {
        using var connection = new SqliteConnection(source);
        connection.Execute($"VACUUM INTO '{target.Replace("'", "''", StringComparison.Ordinal)}'");
    }
}
