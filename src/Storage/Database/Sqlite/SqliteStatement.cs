using System.Text;
using SQLitePCL;

namespace Twinrunner.Storage.Database.Sqlite;

/// <summary>A prepared statement. Disposing resets it for the next use; its connection closes it.</summary>
internal sealed class SqliteStatement(SqliteConnection connection, sqlite3_stmt handle) : IDisposable
{
    private int _bound;

    /// <summary>Sets the next parameter.</summary>
    public SqliteStatement Bind(object? value)
    {
        var index = ++_bound;
        connection.Check(value switch
        {
            null => raw.sqlite3_bind_null(handle, index),
            long integer => raw.sqlite3_bind_int64(handle, index, integer),
            double number => raw.sqlite3_bind_double(handle, index, number),
            string text => raw.sqlite3_bind_text(handle, index, text),
            byte[] bytes => raw.sqlite3_bind_blob(handle, index, bytes),
            _ => throw new ArgumentException($"A {value.GetType()} can't be stored.", nameof(value)),
        });
        return this;
    }

    /// <summary>Sets the next parameters.</summary>
    public SqliteStatement BindAll(IReadOnlyList<object?> values)
    {
        foreach (var value in values)
            Bind(value);
        return this;
    }

    /// <summary>Sets the next parameter to an id as it is kept in the column <c>id</c>.</summary>
    public SqliteStatement Bind(ObjectId id)
    {
        Span<byte> bytes = stackalloc byte[12];
        id.WriteBytes(bytes);
        connection.Check(raw.sqlite3_bind_blob(handle, ++_bound, bytes));
        return this;
    }

    /// <summary>Sets the next parameter to text that is UTF-8 already. It must not be empty.</summary>
    public SqliteStatement BindText(ReadOnlySpan<byte> utf8)
    {
        connection.Check(raw.sqlite3_bind_text(handle, ++_bound, utf8));
        return this;
    }

    /// <summary>Goes to the next row; false: there is none.</summary>
    public bool Step()
    {
        var code = raw.sqlite3_step(handle);
        connection.Check(code);
        return code == raw.SQLITE_ROW;
    }

    /// <summary>Runs to the end. False: an id or a unique index was taken, and nothing was changed.</summary>
    public bool TryRun()
    {
        var code = raw.sqlite3_step(handle);
        if ((code & 0xFF) == raw.SQLITE_CONSTRAINT && SqliteErrors.IsTaken(code))
            return false;
        connection.Check(code);
        return true;
    }

    public long Integer(int column) => raw.sqlite3_column_int64(handle, column);

    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(handle, column);

    public string Text(int column) => Encoding.UTF8.GetString(Bytes(column));

    public void Dispose()
    {
        _ = raw.sqlite3_reset(handle); // repeats the error of the last step, which was thrown already
        if (_bound > 0)
            _ = raw.sqlite3_clear_bindings(handle);
        _bound = 0;
    }

    public void Close() => handle.Dispose();
}
