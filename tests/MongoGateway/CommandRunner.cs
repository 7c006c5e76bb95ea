using Npgsql;

namespace Twinrunner.MongoGateway;

/// <summary>Runs the commands of one connection: failpoints, sessions and errors around what <see cref="DataCommands"/> do.</summary>
internal sealed class CommandRunner(Gateway gateway, int connection)
{
    private readonly Scram _scram = new(gateway.Postgres);
    private readonly DataCommands _data = new(gateway);
    private string _application = "";
    private string? _user;

    /// <summary>Whom the certificate names that the client showed; null: it showed none.</summary>
    public string? Subject { get; set; }

    public async Task<byte[]> RunAsync(ReadOnlyMemory<byte> message, ReadOnlyMemory<byte>? sequence)
    {
        var command = Command.Read(message, sequence);
        try
        {
            var failing = gateway.FailPoint is { } point && point.Takes(command.Name, _application) ? point : null;
            if (failing is not null)
                await FailAsync(failing.Data, command);
            if (command is { IsInTransaction: false, WriteNumber: { } number, Session: { } session }
                && gateway.Replies.TryGetValue(session, out var earlier) && earlier.Number == number)
                return earlier.Reply;
            var reply = await AnswerAsync(command);
            if (failing is not null && Bson.Get(failing.Data, "writeConcernError") is { } concern)
                reply = Bson.Append(reply, new BsonBuilder().Put("writeConcernError", concern).Done());
            reply = WithTime(reply);
            if (command is { IsInTransaction: false, WriteNumber: { } done, Session: { } of })
                gateway.Replies[of] = (done, reply);
            // Ours: what was asked is done, but its answer gets lost.
            return failing is not null && Bson.IsTrue(failing.Data, "closeConnectionAfter") ? throw new ConnectionClosed() : reply;
        }
        catch (PostgresException exception)
        {
            return Error(GatewayError.From(exception), command);
        }
        catch (GatewayError error)
        {
            return Error(error, command);
        }
        catch (NpgsqlException exception)
        {
            return Error(new(91, "ShutdownInProgress", exception.Message, command.IsInTransaction ? "TransientTransactionError" : "RetryableWriteError"), command);
        }
    }

    private static async Task FailAsync(ReadOnlyMemory<byte> data, Command command)
    {
        if (Bson.IsTrue(data, "blockConnection"))
            await Task.Delay(TimeSpan.FromMilliseconds(Bson.Number(data, "blockTimeMS") ?? 0), TimeProvider.System, CancellationToken.None);
        if (Bson.IsTrue(data, "closeConnection"))
            throw new ConnectionClosed();
        if (Bson.Number(data, "errorCode") is not { } code)
            return;
        string[] labels = Bson.Part(data, "errorLabels") is { } given
            ? [.. Bson.Elements(given).Select(label => label.Text)]
            : GatewayError.IsRetryable((int)code) && command is { WriteNumber: not null, IsInTransaction: false } ? ["RetryableWriteError"] : [];
        throw new GatewayError((int)code, "FailPoint", "Failing command via 'failCommand' failpoint", labels);
    }

    private async Task<byte[]> AnswerAsync(Command command)
    {
        switch (command.Name)
        {
            case "hello" or "isMaster" or "ismaster":
                return await HelloAsync(command.Body);
            case "saslStart":
                return await _scram.StartAsync(command.Body);
            case "saslContinue":
                return await _scram.ContinueAsync(command.Body);
            case "authenticate":
                return LogInByCertificate(command.Body);
            case "buildInfo" or "buildinfo":
                return Ok().Put("version", "7.0.0").Put("maxBsonObjectSize", 16 << 20).Done();
            case "ping" or "endSessions":
                return Ok().Done();
        }
        if (gateway.Options.NeedsUsers && (_scram.User ?? _user) is null)
            throw new GatewayError(13, "Unauthorized", $"Command {command.Name} requires authentication");
        return command.Name switch
        {
            "configureFailPoint" => Configure(command),
            "commitTransaction" or "abortTransaction" => await EndTransactionAsync(command),
            "killCursors" => KillCursors(command),
            _ when command.IsInTransaction => await InTransactionAsync(command),
            _ => await _data.RunAsync(command, null),
        };
    }

    private async Task<byte[]> HelloAsync(ReadOnlyMemory<byte> message)
    {
        if (Bson.Part(message, "client") is { } client && Bson.Part(client, "application") is { } application)
            _application = Bson.Text(application, "name") ?? "";
        var hello = Ok()
            .Put("helloOk", true).Put("isWritablePrimary", true).Put("ismaster", true)
            .Put("maxBsonObjectSize", 16 << 20).Put("maxMessageSizeBytes", 48_000_000).Put("maxWriteBatchSize", 100_000)
            .Put("localTime", TimeProvider.System.GetUtcNow()).Put("connectionId", connection)
            .Put("minWireVersion", 0).Put("maxWireVersion", 21).Put("readOnly", false).Put("logicalSessionTimeoutMinutes", 30);
        if (gateway.Options.SetName is { } set)
        {
            var me = $"127.0.0.1:{gateway.Port}";
            hello.Put("setName", set).Put("setVersion", 1).Put("secondary", false).Put("primary", me).Put("me", me).Array("hosts").Put("0", me).End();
        }
        if (Bson.Get(message, "saslSupportedMechs") is not null)
            hello.Array("saslSupportedMechs").Put("0", "SCRAM-SHA-256").End();
        if (Bson.Part(message, "speculativeAuthenticate") is { } login && Bson.Text(login, "mechanism") == "SCRAM-SHA-256")
        {
            try
            {
                hello.Put("speculativeAuthenticate", BsonElement.Document, await _scram.StartAsync(login));
            }
            catch (GatewayError)
            {
                // It hears of that when it logs in properly.
            }
        }
        return hello.Done();
    }

    /// <summary>MONGODB-X509: it was checked when the connection was made.</summary>
    private byte[] LogInByCertificate(ReadOnlyMemory<byte> message)
    {
        if (Subject is null || (Bson.Text(message, "user") is { } user && user != Subject))
            throw new GatewayError(18, "AuthenticationFailed", "Authentication failed.");
        _user = Subject;
        return Ok().Put("dbname", "$external").Put("user", Subject).Done();
    }

    private byte[] Configure(Command command)
    {
        var mode = Bson.Get(command.Body, "mode")!.Value;
        if (command.First.Text != "failCommand")
            throw new GatewayError(2, "BadValue", "only failCommand");
        if (mode.Type == BsonElement.String && mode.Text == "off")
        {
            gateway.FailPoint = null;
            return Ok().Done();
        }
        var data = Bson.Part(command.Body, "data")!.Value.ToArray();
        var commands = Bson.Elements(Bson.Part(data, "failCommands")!.Value).Select(name => name.Text).ToHashSet();
        var counts = mode.Type == BsonElement.Document ? mode.Value : new BsonBuilder().Done();
        gateway.FailPoint = new(commands, data, Bson.Number(counts, "times") ?? 0, Bson.Number(counts, "skip") ?? 0);
        return Ok().Done();
    }

    private async Task<byte[]> InTransactionAsync(Command command)
    {
        var transaction = await TransactionAsync(command);
        await transaction.Turn.WaitAsync();
        try
        {
            var reply = await _data.RunAsync(command, transaction.Connection);
            if (Bson.Get(reply, "writeErrors") is not null)
                await transaction.AbortAsync();
            return reply;
        }
        catch
        {
            await transaction.AbortAsync();
            throw;
        }
        finally
        {
            transaction.Turn.Release();
        }
    }

    private async Task<Transaction> TransactionAsync(Command command)
    {
        if (gateway.Options.SetName is null)
            throw new GatewayError(20, "IllegalOperation", "Transaction numbers are only allowed on a replica set member or mongos");
        if (!command.StartsTransaction)
            return Known(command);
        var connection = await gateway.Postgres.OpenAsync();
        await Postgres.ExecuteAsync(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ; SET LOCAL lock_timeout='50ms'");
        var started = new Transaction(command.WriteNumber!.Value, connection);
        if (gateway.Transactions.TryGetValue(command.Session!, out var left))
            await left.AbortAsync();
        return gateway.Transactions[command.Session!] = started;
    }

    private async Task<byte[]> EndTransactionAsync(Command command)
    {
        var transaction = Known(command);
        await transaction.Turn.WaitAsync();
        try
        {
            if (command.Name == "commitTransaction")
                await transaction.CommitAsync();
            else
                await transaction.AbortAsync();
            return Ok().Done();
        }
        finally
        {
            transaction.Turn.Release();
        }
    }

    private Transaction Known(Command command) =>
        command.Session is { } session && gateway.Transactions.TryGetValue(session, out var known) && known.Number == command.WriteNumber
            ? known
            : throw Transaction.Gone();

    private byte[] KillCursors(Command command)
    {
        var killed = Ok().Array("cursorsKilled");
        foreach (var cursor in Bson.Elements(Bson.Part(command.Body, "cursors")!.Value))
        {
            gateway.Drop(cursor.Number);
            killed.Put(cursor.Name, cursor);
        }
        return killed.Done();
    }

    private byte[] Error(GatewayError error, Command command)
    {
        var labels = error.Labels.ToList();
        if (command.IsInTransaction && error.Code is 112 or 251 && !labels.Contains("TransientTransactionError"))
            labels.Add("TransientTransactionError");
        var reply = new BsonBuilder().Put("ok", 0.0).Put("errmsg", error.Message).Put("code", error.Code).Put("codeName", error.Name);
        if (labels.Count > 0)
        {
            reply.Array("errorLabels");
            for (var i = 0; i < labels.Count; i++)
                reply.Put(i.ToString(), labels[i]);
            reply.End();
        }
        return WithTime(reply.Done());
    }

    private byte[] WithTime(byte[] reply)
    {
        if (gateway.Options.SetName is null)
            return reply;
        var now = gateway.Now();
        return Bson.Append(reply, new BsonBuilder()
            .PutTimestamp("operationTime", now)
            .Document("$clusterTime").PutTimestamp("clusterTime", now).Document("signature").PutBytes("hash", new byte[20]).Put("keyId", 0L).Done());
    }

    private static BsonBuilder Ok() => new BsonBuilder().Put("ok", 1.0);
}

/// <summary>A command and what surrounds it.</summary>
internal sealed record Command(string Name, BsonElement First, ReadOnlyMemory<byte> Body, ReadOnlyMemory<byte>? Sequence)
{
    public string Database { get; private init; } = "admin";
    public string? Session { get; private init; }

    /// <summary>Number of a retryable write or of a transaction in its session.</summary>
    public long? WriteNumber { get; private init; }

    public bool IsInTransaction { get; private init; }
    public bool StartsTransaction { get; private init; }

    /// <summary>The collection that most commands name first.</summary>
    public string Collection => First.Type == BsonElement.String ? First.Text : "";

    public static Command Read(ReadOnlyMemory<byte> body, ReadOnlyMemory<byte>? sequence)
    {
        var first = Bson.Elements(body).First();
        return new(first.Name, first, body, sequence)
        {
            Database = Bson.Text(body, "$db") ?? "admin",
            Session = Bson.Part(body, "lsid") is { } session ? Convert.ToHexString(Bson.Get(session, "id")!.Value.Bytes) : null,
            WriteNumber = Bson.Number(body, "txnNumber"),
            IsInTransaction = Bson.Get(body, "autocommit") is { IsTrue: false },
            StartsTransaction = Bson.IsTrue(body, "startTransaction"),
        };
    }
}
