using System.Text.RegularExpressions;
using Npgsql;

namespace Twinrunner.MongoGateway;

/// <summary>
/// Change streams, made of PostgreSQL's logical decoding. The log is kept in memory, from the first stream on; an update doesn't
/// say which fields it changed.
/// </summary>
internal sealed partial class ChangeLog(Postgres postgres, Gateway gateway)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(25);

    private readonly List<Change> _changes = [];
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Dictionary<long, (string Database, string Collection)> _collections = [];
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private NpgsqlConnection? _slot;
    private long _lastStream = 1L << 40;

    public async Task<byte[]> OpenAsync(Command command, ReadOnlyMemory<byte> specification)
    {
        if (gateway.Options.SetName is null)
            throw new GatewayError(40573, "Location40573", "The $changeStream stage is only supported on replica sets");
        await ReadAsync();
        var stream = new ChangeStream(command.Database, command.Collection);
        lock (_changes)
            stream.Position = _changes.Count;
        if ((Bson.Part(specification, "resumeAfter") ?? Bson.Part(specification, "startAfter")) is { } token)
            stream.Position = Convert.ToInt32(Bson.Text(token, "_data"), 16);
        var id = Interlocked.Increment(ref _lastStream);
        gateway.Cursors[id] = new(command.Database, command.Collection) { Stream = stream };
        return Page(id, command.Database, command.Collection, "firstBatch", new BsonBuilder().Done(), stream);
    }

    public async Task<byte[]> MoreAsync(long id, Cursor cursor, ChangeStream stream, ReadOnlyMemory<byte> command)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(gateway.Stopped);
        patience.CancelAfter(TimeSpan.FromMilliseconds(Bson.Number(command, "maxTimeMS") ?? 1000));
        while (true)
        {
            var news = Volatile.Read(ref _news).Task;
            var batch = Take(stream);
            if (batch.Length > 5 || patience.IsCancellationRequested || !gateway.Cursors.ContainsKey(id))
                return Page(id, cursor.Database, cursor.Collection, "nextBatch", batch, stream);
            await news.WaitAsync(patience.Token).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private byte[] Take(ChangeStream stream)
    {
        var batch = new BsonBuilder();
        lock (_changes)
        {
            for (var count = 0; stream.Position < _changes.Count && count < 1000;)
            {
                var change = _changes[stream.Position++];
                if (change.Database != stream.Database || change.Collection != stream.Collection)
                    continue;
                batch.Document((count++).ToString())
                    .Document("_id").Put("_data", stream.Token).End()
                    .Put("operationType", change.Operation).PutTimestamp("clusterTime", change.At)
                    .Document("ns").Put("db", change.Database).Put("coll", change.Collection).End()
                    .Put("documentKey", BsonElement.Document, change.Id);
                if (change is { Operation: "insert", Document: { } document })
                    batch.Put("fullDocument", BsonElement.Document, document);
                batch.End();
            }
        }
        return batch.Done();
    }

    private static byte[] Page(long id, string database, string collection, string name, byte[] batch, ChangeStream stream) => new BsonBuilder()
        .Document("cursor").Put("id", id).Put("ns", $"{database}.{collection}").Put(name, BsonElement.Array, batch)
        .Document("postBatchResumeToken").Put("_data", stream.Token).End().End()
        .Put("ok", 1.0).Done();

    /// <summary>Takes what was committed since the last time, and from the first time on keeps doing so.</summary>
    private async Task ReadAsync()
    {
        await _turn.WaitAsync();
        try
        {
            if (_slot is null)
            {
                _slot = await postgres.OpenAsync();
                await Postgres.ExecuteAsync(_slot, $"SELECT pg_create_logical_replication_slot('gateway_{Guid.NewGuid():N}', 'test_decoding', true)");
                _ = Task.Run(KeepReadingAsync);
            }
            var lines = await Postgres.LinesAsync(_slot, """
                SELECT data FROM pg_logical_slot_get_changes(
                  (SELECT slot_name FROM pg_replication_slots WHERE active_pid = pg_backend_pid()), NULL, NULL, 'include-xids', '0', 'skip-empty-xacts', '1')
                """);
            var read = new List<Change>();
            foreach (var match in lines.Select(line => ChangePattern().Match(line)).Where(match => match.Success))
                await AddAsync(match, read);
            if (read.Count == 0)
                return;
            lock (_changes)
                _changes.AddRange(read);
            Interlocked.Exchange(ref _news, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task KeepReadingAsync()
    {
        while (!gateway.Stopped.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(Interval, TimeProvider.System, gateway.Stopped);
                await ReadAsync();
            }
            catch (NpgsqlException exception)
            {
                await Console.Error.WriteLineAsync($"change streams: {exception.Message}");
            }
        }
    }

    private async Task AddAsync(Match match, List<Change> read)
    {
        var number = long.Parse(match.Groups["collection"].Value);
        if (!_collections.TryGetValue(number, out var names))
        {
            var found = await Postgres.LinesAsync(
                _slot!, $"SELECT database_name || '.' || collection_name FROM documentdb_api_catalog.collections WHERE collection_id = {number}");
            if (found is not [var full])
                return; // dropped meanwhile
            names = _collections[number] = (full[..full.IndexOf('.')], full[(full.IndexOf('.') + 1)..]);
        }
        var values = match.Groups["values"].Value;
        if (Value(values, "object_id") is not { } id)
            return;
        var element = Bson.Elements(id).First();
        read.Add(new(names.Database, names.Collection, match.Groups["operation"].Value.ToLowerInvariant(), new BsonBuilder().Put("_id", element).Done(), Value(values, " document"), gateway.Now()));
    }

    private static byte[]? Value(string values, string column) =>
        Regex.Matches(values, column + @"\[[^\]]*\]:'BSONHEX([0-9a-fA-F]+)'").LastOrDefault() is { } match ? Convert.FromHexString(match.Groups[1].Value) : null;

    [GeneratedRegex(@"^table documentdb_data\.documents_(?<collection>\d+): (?<operation>INSERT|UPDATE|DELETE): (?<values>.*)$", RegexOptions.Singleline)]
    private static partial Regex ChangePattern();

    private sealed record Change(string Database, string Collection, string Operation, byte[] Id, byte[]? Document, ulong At);
}

/// <summary>A reader's place in the log.</summary>
internal sealed record ChangeStream(string Database, string Collection)
{
    public int Position { get; set; }

    public string Token => Position.ToString("X8");

    /// <summary>What the aggregation says of its change stream; null: it is another one.</summary>
    public static ReadOnlyMemory<byte>? SpecificationOf(ReadOnlyMemory<byte> command) =>
        Bson.Part(command, "pipeline") is { } pipeline
        && Bson.Elements(pipeline).FirstOrDefault() is { Type: BsonElement.Document } stage
        && Bson.Elements(stage.Value).FirstOrDefault() is { Name: "$changeStream" } stream
            ? (ReadOnlyMemory<byte>?)stream.Value
            : null;
}
