using Npgsql;
using NpgsqlTypes;

namespace Twinrunner.MongoGateway;

/// <summary>The database behind the gateway: PostgreSQL with the extension documentdb, whose functions take and give BSON.</summary>
internal sealed class Postgres : IAsyncDisposable
{
    private readonly NpgsqlDataSource _source;

    public Postgres(string connection)
    {
        var builder = new NpgsqlDataSourceBuilder(connection);
        builder.ConnectionStringBuilder.MaxPoolSize = 150;
        builder.ConnectionStringBuilder.MaxAutoPrepare = 40;
        builder.ConnectionStringBuilder.AutoPrepareMinUsages = 2;
        builder.ConnectionStringBuilder.SearchPath = "documentdb_api_catalog,documentdb_api,public";
        builder.ConnectionStringBuilder.NoResetOnClose = true;
        _source = builder.Build();
    }

    public ValueTask<NpgsqlConnection> OpenAsync() => _source.OpenConnectionAsync();

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    public static NpgsqlParameter Bson(ReadOnlyMemory<byte> document) => new() { NpgsqlDbType = NpgsqlDbType.Bytea, Value = document.ToArray() };
    public static NpgsqlParameter NoBson() => new() { NpgsqlDbType = NpgsqlDbType.Bytea, Value = DBNull.Value };
    public static NpgsqlParameter Text(string text) => new() { NpgsqlDbType = NpgsqlDbType.Text, Value = text };

    /// <summary>The first row's columns.</summary>
    public static async Task<object?[]> RowAsync(NpgsqlConnection connection, string sql, params NpgsqlParameter[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 120 };
        command.Parameters.AddRange(parameters);
        await using var reader = await command.ExecuteReaderAsync();
        if (!await reader.ReadAsync())
            throw new GatewayError(1, "InternalError", "no row");
        return [.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? null : reader.GetValue(i))];
    }

    public static async Task<byte[]> DocumentAsync(NpgsqlConnection connection, string sql, params NpgsqlParameter[] parameters) =>
        (byte[])(await RowAsync(connection, sql, parameters))[0]!;

    public static async Task<List<string>> LinesAsync(NpgsqlConnection connection, string sql, params NpgsqlParameter[] parameters)
    {
        var lines = new List<string>();
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(parameters);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            lines.Add(reader.GetString(0));
        return lines;
    }

    public static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
