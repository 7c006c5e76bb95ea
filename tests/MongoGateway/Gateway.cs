using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Npgsql;

namespace Twinrunner.MongoGateway;

/// <summary>
/// Speaks MongoDB's wire protocol before DocumentDB, an extension of PostgreSQL, for tests only: handshake, SCRAM-SHA-256, X.509, sessions,
/// transactions, retryable writes, cursors, change streams and failpoints. Queries, updates and indexes are the extension's own.
/// </summary>
internal sealed class Gateway : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stopped = new();
    private long _clock;
    private int _connections;

    public Gateway(GatewayOptions options)
    {
        Options = options;
        Postgres = new(options.Postgres);
        Changes = new(Postgres, this);
        if (options is { Certificate: { } certificate, Key: { } key })
            Certificate = X509CertificateLoader.LoadPkcs12(X509Certificate2.CreateFromPemFile(certificate, key).Export(X509ContentType.Pkcs12), null);
        if (options.UserAuthority is { } authority)
            UserAuthority = X509CertificateLoader.LoadCertificateFromFile(authority);
        _listener = new(IPAddress.Loopback, options.Port);
        _listener.Start(512);
    }

    public GatewayOptions Options { get; }
    public Postgres Postgres { get; }
    public ChangeLog Changes { get; }
    public X509Certificate2? Certificate { get; }
    public X509Certificate2? UserAuthority { get; }
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;
    public CancellationToken Stopped => _stopped.Token;

    public ConcurrentDictionary<long, Cursor> Cursors { get; } = new();
    public ConcurrentDictionary<string, Transaction> Transactions { get; } = new();

    /// <summary>The last retryable write of each session, with its number.</summary>
    public ConcurrentDictionary<string, (long Number, byte[] Reply)> Replies { get; } = new();

    public volatile FailPoint? FailPoint;

    public async Task RunAsync()
    {
        while (true)
        {
            var socket = await _listener.AcceptSocketAsync(Stopped);
            socket.NoDelay = true;
            var connection = new Connection(this, socket, Interlocked.Increment(ref _connections));
            _ = Task.Run(connection.RunAsync);
        }
    }

    /// <summary>The cluster's time: seconds and a counter.</summary>
    public ulong Now()
    {
        var seconds = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() << 32;
        long previous, next;
        do
        {
            previous = Interlocked.Read(ref _clock);
            next = Math.Max(seconds + 1, previous + 1);
        }
        while (Interlocked.CompareExchange(ref _clock, next, previous) != previous);
        return (ulong)next;
    }

    public void Drop(long cursor)
    {
        if (Cursors.TryRemove(cursor, out var dropped))
            dropped.Own?.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        _listener.Dispose();
        await Postgres.DisposeAsync();
        _stopped.Dispose();
    }
}

internal sealed record Cursor(string Database, string Collection)
{
    public byte[] Continuation { get; set; } = [];

    /// <summary>The connection that the cursor lives on, where it needs one.</summary>
    public NpgsqlConnection? Own { get; init; }

    public ChangeStream? Stream { get; init; }
}

internal sealed class Transaction(long number, NpgsqlConnection connection)
{
    private NpgsqlConnection? _connection = connection;

    public long Number => number;
    public bool IsCommitted { get; private set; }
    public SemaphoreSlim Turn { get; } = new(1);
    public NpgsqlConnection Connection => _connection ?? throw Gone();

    public async Task CommitAsync()
    {
        if (IsCommitted)
            return;
        try
        {
            await Postgres.ExecuteAsync(Connection, "COMMIT");
        }
        catch (PostgresException)
        {
            await AbortAsync();
            throw;
        }
        IsCommitted = true;
        await CloseAsync();
    }

    public async Task AbortAsync()
    {
        if (_connection is null)
            return;
        try
        {
            await Postgres.ExecuteAsync(_connection, "ROLLBACK");
        }
        catch (NpgsqlException)
        {
            // Its connection is broken, and with it the transaction.
        }
        await CloseAsync();
    }

    public static GatewayError Gone() => new(251, "NoSuchTransaction", "Transaction has been aborted", "TransientTransactionError");

    private async Task CloseAsync()
    {
        await _connection!.DisposeAsync();
        _connection = null;
    }
}

/// <summary>What <c>configureFailPoint: "failCommand"</c> set.</summary>
internal sealed class FailPoint(HashSet<string> commands, ReadOnlyMemory<byte> data, long times, long skip)
{
    private readonly Lock _gate = new();
    private long _times = times > 0 ? times : long.MaxValue;
    private long _skip = skip;

    public ReadOnlyMemory<byte> Data => data;

    /// <summary>True: this command is to fail.</summary>
    public bool Takes(string command, string application)
    {
        if (!commands.Contains(command) || (Bson.Text(data, "appName") is { } name && name != application))
            return false;
        lock (_gate)
        {
            if (_skip-- > 0)
                return false;
            return _times-- > 0;
        }
    }
}
