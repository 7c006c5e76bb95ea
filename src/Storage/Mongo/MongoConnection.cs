using Microsoft.Extensions.Logging;
using Twinrunner.Storage.Database;
using Twinrunner.Storage.Mongo.Native;

namespace Twinrunner.Storage.Mongo;

/// <summary>The driver's pool of clients, our threads, and the patience with which calls are tried again.</summary>
internal sealed partial class MongoConnection : IAsyncDisposable
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    private readonly PoolHandle _pool;
    private readonly MongoThreads _threads;
    private readonly MongoOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly string _database;

    public MongoConnection(MongoOptions options, TimeProvider time, ILogger logger)
    {
        MongoLibrary.Start();
        (_options, _time, _logger) = (options, time, logger);
        using var uri = MongoAddress.Read(options);
        _database = MongoAddress.Database(uri);
        _threads = new(MongoAddress.SetConnections(uri));
        _pool = Libmongoc.NewPool(uri, out var error);
        if (_pool.IsInvalid)
            throw MongoErrors.Translate(options, MongoException.From(error, []));
        Libmongoc.SetErrorApi(_pool, Libmongoc.ErrorApi);
        DriverMeters.Attach(_pool);
        DriverLog.Add(logger);
    }

    public MongoOptions Options => _options;

    public TimeProvider Time => _time;

    /// <summary>Reads, as often as it takes.</summary>
    public Task<T> ReadAsync<T>(Func<MongoClient, T> call, CancellationToken cancellationToken) =>
        PersistAsync((client, _) => call(client), mayLeave: true, cancellationToken);

    /// <summary>Writes. The call hears whether it may have been done before, by a try of which nobody knows the end.</summary>
    public Task<T> WriteAsync<T>(Func<MongoClient, bool, T> call, CancellationToken cancellationToken) =>
        PersistAsync(call, mayLeave: false, cancellationToken);

    /// <summary>One try.</summary>
    public async Task<T> TryAsync<T>(Func<MongoClient, T> call, CancellationToken cancellationToken)
    {
        try
        {
            return await _threads.RunAsync(() => With(call), mayLeave: true, cancellationToken).ConfigureAwait(false);
        }
        catch (MongoException exception)
        {
            throw MongoErrors.Translate(_options, exception);
        }
    }

    /// <summary>Has a client of its own for the time of a call on the caller's thread.</summary>
    public T With<T>(Func<MongoClient, T> call)
    {
        var client = Libmongoc.Pop(_pool);
        if (client == 0)
            throw new MongoException(15, 0, [], "no connection became free in time");
        try
        {
            return call(new(client, _database));
        }
        finally
        {
            Libmongoc.Push(_pool, client);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _threads.StopAsync().ConfigureAwait(false);
        _pool.Dispose();
        DriverLog.Remove(_logger);
    }

    private async Task<T> PersistAsync<T>(Func<MongoClient, bool, T> call, bool mayLeave, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        var wait = FirstWait;
        for (var repeated = false; ; repeated = true)
        {
            try
            {
                var again = repeated;
                return await _threads.RunAsync(() => With(client => call(client, again)), mayLeave, cancellationToken).ConfigureAwait(false);
            }
            catch (MongoException exception)
            {
                if (!exception.IsPassing || _time.GetElapsedTime(started) > _options.Patience)
                    throw MongoErrors.Translate(_options, exception);
                TryingAgain(_logger, exception.Said);
            }
            catch (FormatException exception)
            {
                throw new DatabaseException($"The database {_options} sent what can't be read: {exception.Message}.", exception);
            }
            // Spread, so that not everybody comes back at once.
            await Task.Delay(wait * (0.5 + Random.Shared.NextDouble()), _time, cancellationToken).ConfigureAwait(false);
            wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "MongoDB: {Message}; trying again")]
    private static partial void TryingAgain(ILogger logger, string message);
}
