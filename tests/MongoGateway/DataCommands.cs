using System.Text.RegularExpressions;
using Npgsql;

namespace Twinrunner.MongoGateway;

/// <summary>The commands that the extension answers, by its functions that are named like them.</summary>
internal sealed partial class DataCommands(Gateway gateway)
{
    /// <summary>What surrounds a command, which the functions don't know.</summary>
    private static readonly string[] Envelope = ["lsid", "$clusterTime", "$db", "writeConcern", "txnNumber", "$readPreference"];

    /// <param name="pinned">The transaction's connection; null: one of its own.</param>
    public async Task<byte[]> RunAsync(Command command, NpgsqlConnection? pinned)
    {
        var own = pinned is null ? await gateway.Postgres.OpenAsync() : null;
        var keep = false;
        try
        {
            var connection = pinned ?? own!;
            if (pinned is not null || Bson.Number(command.Body, "maxTimeMS") is not { } limit || command.Name == "getMore")
                return await AnswerAsync();
            await Postgres.ExecuteAsync(connection, $"SET statement_timeout={limit}");
            try
            {
                return await AnswerAsync();
            }
            finally
            {
                await Postgres.ExecuteAsync(connection, "SET statement_timeout=0");
            }

            async Task<byte[]> AnswerAsync()
            {
                if (command.Name is not ("find" or "aggregate" or "listCollections" or "listIndexes"))
                    return await OtherAsync(command, connection);
                (var reply, keep) = await FirstPageAsync(command, connection, own);
                return reply;
            }
        }
        finally
        {
            if (!keep && own is not null)
                await own.DisposeAsync();
        }
    }

    private Task<byte[]> OtherAsync(Command command, NpgsqlConnection connection)
    {
        var (database, collection, body) = (Postgres.Text(command.Database), Postgres.Text(command.Collection), Postgres.Bson(command.Body));
        return command.Name switch
        {
            "insert" or "update" or "delete" => WriteAsync(command, connection),
            "findAndModify" => Postgres.DocumentAsync(connection, "SELECT p_result::bytea FROM documentdb_api.find_and_modify($1,$2::bytea,NULL)", database, body),
            "getMore" => MoreAsync(command, connection),
            "count" => Postgres.DocumentAsync(connection, "SELECT document::bytea FROM documentdb_api.count_query($1,$2::bytea)", database, body),
            "distinct" => Postgres.DocumentAsync(connection, "SELECT document::bytea FROM documentdb_api.distinct_query($1,$2::bytea)", database, body),
            "create" => Postgres.DocumentAsync(connection, "SELECT documentdb_api.create_collection_view($1,$2::bytea)::bytea", database, body),
            "drop" => DoneAsync(connection, "SELECT documentdb_api.drop_collection($1,$2)", database, collection),
            "dropDatabase" => DoneAsync(connection, "SELECT 1 FROM (SELECT documentdb_api.drop_database($1)) dropped", database),
            "listDatabases" => Postgres.DocumentAsync(connection, "SELECT documentdb_api.list_databases($1::bytea)::bytea", body),
            "createIndexes" => CreateIndexesAsync(command, connection),
            "dropIndexes" => DropIndexesAsync(command, connection),
            "explain" => ExplainAsync(command, connection),
            "_ttlPass" => DoneAsync(connection, "CALL documentdb_api_internal.delete_expired_rows()"), // ours: at once instead of within a minute
            _ => throw new GatewayError(59, "CommandNotFound", $"no such command: '{command.Name}'"),
        };
    }

    private async Task<byte[]> WriteAsync(Command command, NpgsqlConnection connection)
    {
        var row = await Postgres.RowAsync(
            connection,
            $"SELECT p_result::bytea, p_success FROM documentdb_api.{command.Name}($1,$2::bytea,$3::bytea,NULL)",
            Postgres.Text(command.Database), Postgres.Bson(command.Body), command.Sequence is { } documents ? Postgres.Bson(documents) : Postgres.NoBson());
        var reply = (byte[])row[0]!;
        if ((bool)row[1]!)
            return reply;
        var mended = new BsonBuilder();
        foreach (var element in Bson.Elements(reply))
        {
            if (element.Name == "writeErrors")
                PutErrors(mended, element, command);
            else
                mended.Put(element.Name, element);
        }
        return mended.Done();
    }

    private static void PutErrors(BsonBuilder reply, BsonElement errors, Command command)
    {
        reply.Array("writeErrors");
        foreach (var error in Bson.Elements(errors.Value))
        {
            var code = GatewayError.CodeOf((int)(Bson.Number(error.Value, "code") ?? 8));
            var message = Bson.Text(error.Value, "errmsg") ?? "";
            if (code == 112 && command.IsInTransaction) // an error of the whole command, as mongod gives it
                throw new GatewayError(112, "WriteConflict", message);
            if (code == 11000)
                message = $"E11000 duplicate key error collection: {command.Database}.{command.Collection} index: {IndexPattern().Match(message).Groups[1].Value}";
            reply.Document(error.Name).Put("index", (int)(Bson.Number(error.Value, "index") ?? 0)).Put("code", code).Put("errmsg", message).End();
        }
        reply.End();
    }

    /// <summary>Also whether the cursor keeps the connection.</summary>
    private async Task<(byte[] Reply, bool Keep)> FirstPageAsync(Command command, NpgsqlConnection connection, NpgsqlConnection? own)
    {
        if (command.Name == "aggregate" && ChangeStream.SpecificationOf(command.Body) is { } specification)
            return (await gateway.Changes.OpenAsync(command, specification), false);
        var function = command.Name switch
        {
            "listCollections" => "list_collections",
            "listIndexes" => "list_indexes",
            var same => same,
        };
        var row = await Postgres.RowAsync(
            connection,
            $"SELECT cursorPage::bytea, continuation::bytea, persistConnection, cursorId FROM documentdb_api.{function}_cursor_first_page($1,$2::bytea)",
            Postgres.Text(command.Database), Postgres.Bson(command.Body));
        if (row[1] is not byte[] continuation)
            return ((byte[])row[0]!, false);
        var keep = (bool)row[2]! && own is not null;
        gateway.Cursors[(long)row[3]!] = new(command.Database, command.Collection) { Continuation = continuation, Own = keep ? own : null };
        return ((byte[])row[0]!, keep);
    }

    private async Task<byte[]> MoreAsync(Command command, NpgsqlConnection connection)
    {
        var id = command.First.Number;
        if (!gateway.Cursors.TryGetValue(id, out var cursor))
            throw new GatewayError(43, "CursorNotFound", $"cursor id {id} not found");
        if (cursor.Stream is { } stream)
            return await gateway.Changes.MoreAsync(id, cursor, stream, command.Body);
        var row = await Postgres.RowAsync(
            cursor.Own ?? connection,
            "SELECT cursorPage::bytea, continuation::bytea FROM documentdb_api.cursor_get_more($1,$2::bytea,$3::bytea)",
            Postgres.Text(cursor.Database), Postgres.Bson(command.Body), Postgres.Bson(cursor.Continuation));
        if (row[1] is byte[] continuation)
            cursor.Continuation = continuation;
        else
            gateway.Drop(id);
        return (byte[])row[0]!;
    }

    /// <summary>Not in the background: that waits for every other transaction of the server, which for the small collections of tests is nearly all the time.</summary>
    private static async Task<byte[]> CreateIndexesAsync(Command command, NpgsqlConnection connection)
    {
        var reply = await Postgres.DocumentAsync(
            connection,
            "SELECT documentdb_api_internal.create_indexes_non_concurrently($1,$2::bytea,true)::bytea",
            Postgres.Text(command.Database), Postgres.Bson(Bson.Without(command.Body, Envelope)));
        if (Bson.Part(reply, "raw") is not { } shards)
            return reply;
        var shard = Bson.Elements(shards).First().Value;
        if (Bson.Text(shard, "errmsg") is { } message)
            throw new GatewayError(GatewayError.CodeOf((int)(Bson.Number(shard, "code") ?? 67)), "CannotCreateIndex", message);
        return Bson.Append(Bson.Without(shard, "ok"), new BsonBuilder().Put("ok", 1.0).Done());
    }

    private static async Task<byte[]> DropIndexesAsync(Command command, NpgsqlConnection connection)
    {
        var reply = await Postgres.DocumentAsync(
            connection, "SELECT documentdb_api_internal.drop_indexes_non_concurrently($1,$2::bytea)::bytea",
            Postgres.Text(command.Database), Postgres.Bson(Bson.Without(command.Body, Envelope)));
        return Bson.IsTrue(reply, "ok")
            ? reply
            : throw new GatewayError(GatewayError.CodeOf((int)(Bson.Number(reply, "code") ?? 8)), "IndexNotFound", Bson.Text(reply, "errmsg") ?? "");
    }

    private static async Task<byte[]> ExplainAsync(Command command, NpgsqlConnection connection)
    {
        var asked = Bson.Elements(command.First.Value).First();
        var function = asked.Name switch
        {
            "find" => "find",
            "count" => "count",
            "aggregate" => "pipeline",
            _ => throw new GatewayError(115, "CommandNotSupported", $"explain {asked.Name}"),
        };
        var plan = string.Join('\n', await Postgres.LinesAsync(
            connection,
            $"EXPLAIN SELECT document FROM documentdb_api_catalog.bson_aggregation_{function}($1,$2::bytea)",
            Postgres.Text(command.Database), Postgres.Bson(command.First.Value)));
        return new BsonBuilder()
            .Document("queryPlanner").Document("winningPlan").Put("stage", IndexScanPattern().IsMatch(plan) ? "IXSCAN" : "COLLSCAN").End().End()
            .Put("postgresPlan", plan).Put("ok", 1.0).Done();
    }

    private static async Task<byte[]> DoneAsync(NpgsqlConnection connection, string sql, params NpgsqlParameter[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(parameters);
        await command.ExecuteNonQueryAsync();
        return new BsonBuilder().Put("ok", 1.0).Done();
    }

    [GeneratedRegex("Index '(.*)'")]
    private static partial Regex IndexPattern();

    [GeneratedRegex("Index (Only )?Scan|Bitmap Index")]
    private static partial Regex IndexScanPattern();
}
