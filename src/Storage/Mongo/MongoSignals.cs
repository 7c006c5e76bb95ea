using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Twinrunner.Storage.Database;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Storage.Mongo;

/// <summary>
/// Carries signals of the <see cref="ChangeFeed"/> to the other processes of the database, through a collection of short-lived
/// documents that each process watches: by a change stream, or by looking often where the server has none. A signal that gets
/// lost costs time only, because everybody is woken now and then.
/// </summary>
internal sealed partial class MongoSignals : BackgroundService
{
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Polling = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    /// <summary>Change streams, or aggregations at all, aren't there: not on a replica set, unknown stage or command, not supported.</summary>
    private static readonly uint[] NoStreams = [20, 59, 115, 40324, 40573];

    private readonly MongoSignalQueue _outgoing = new();
    private readonly MongoSignalCollection _signals;
    private readonly MongoConnection _connection;
    private readonly ChangeFeed _feed;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    public MongoSignals(MongoConnection connection, ChangeFeed feed, TimeProvider time, ILogger logger)
    {
        (_connection, _feed, _time, _logger) = (connection, feed, time, logger);
        _signals = new(time);
        feed.Forward = _outgoing.Add;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Task.WhenAll(SendAsync(stoppingToken), ReceiveAsync(stoppingToken)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var topics = await _outgoing.TakeAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                await _connection.WriteAsync((client, _) => _signals.Send(client, topics), cancellationToken).ConfigureAwait(false);
            }
            catch (DatabaseException exception)
            {
                CouldNotSend(_logger, exception);
            }
            await Task.Delay(Gathering, _time, cancellationToken).ConfigureAwait(false); // what comes now goes together
        }
    }

    private async Task ReceiveAsync(CancellationToken cancellationToken)
    {
        var receive = Watch;
        while (true)
        {
            try
            {
                // Both block, and so have a thread of their own.
                await Task.Factory.StartNew(() => receive(cancellationToken), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
            }
            catch (MongoException exception) when (NoStreams.Contains(exception.Code) && receive == Watch)
            {
                NoChangeStreams(_logger, exception.Said);
                receive = Poll;
                continue;
            }
            catch (Exception exception) when (exception is MongoException or FormatException)
            {
                StoppedReceiving(_logger, exception.Message);
            }
            await Task.Delay(AfterFailure, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    private void Watch(CancellationToken cancellationToken) => _connection.With(client =>
    {
        _signals.Prepare(client);
        var round = new WakeRound(_feed, _time, TimeSpan.FromSeconds(5));
        _signals.Watch(client, topic => Wake(topic), () =>
        {
            round.Tick();
            return !cancellationToken.IsCancellationRequested;
        });
        return true;
    });

    private void Poll(CancellationToken cancellationToken)
    {
        var round = new WakeRound(_feed, _time, TimeSpan.FromSeconds(1));
        while (!cancellationToken.WaitHandle.WaitOne(Polling))
        {
            _connection.With(client =>
            {
                _signals.Poll(client, topic => Wake(topic));
                return true;
            });
            round.Tick();
        }
    }

    private void Wake(string text)
    {
        if (text == MongoSignalQueue.Everything)
            _feed.WakeAll();
        else if (ChangeTopic.TryParse(text, out var topic))
            _feed.Wake(topic);
    }

    /// <summary>Wakes everybody at the first tick, before which signals were missed, and then now and then.</summary>
    private sealed class WakeRound(ChangeFeed feed, TimeProvider time, TimeSpan interval)
    {
        private long _last;

        public void Tick()
        {
            if (_last != 0 && time.GetElapsedTime(_last) < interval)
                return;
            _last = time.GetTimestamp();
            feed.WakeAll();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Other processes can't be told of changes; they will see them later")]
    private static partial void CouldNotSend(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Changes of other processes can't be followed for the moment: {Message}")]
    private static partial void StoppedReceiving(ILogger logger, string message);

    [LoggerMessage(Level = LogLevel.Information, Message = "The database has no change streams ({Message}): changes of other processes are looked for ten times a second")]
    private static partial void NoChangeStreams(ILogger logger, string message);
}
