using Twinrunner.Runner.Executors.Docker.Engine;

namespace Twinrunner.Runner.Executors.Docker;

/// <summary>Follows a started container to its end, over lost connections and restarts of the engine, without losing or doubling a byte of its log.</summary>
internal sealed class ContainerFollower(DockerEngine engine, EngineRetry retry, TimeProvider time, IStepSink sink, LogObserver? onSkipped)
{
    /// <summary>A live log ends some milliseconds before its container does. If it ended longer before, the connection may have been cut.</summary>
    private static readonly TimeSpan LogEndsBefore = TimeSpan.FromSeconds(2);

    /// <param name="live">Attached before the start; null: everything is read from what the engine stored.</param>
    /// <param name="cursor">What the sink has.</param>
    /// <exception cref="DockerException">The engine stayed away.</exception>
    public async Task<ContainerEnd> FollowAsync(string container, MultiplexedStream? live, LogCursor cursor, CancellationToken cancellationToken)
    {
        var interrupted = false;
        if (live is not null)
        {
            using var letGo = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            // From the beginning on, over a connection of its own: a log that was cut off ends like one that is complete, and that the
            // container's end was seen without a break proves that the engine was there all the time.
            var ending = engine.WaitContainerAsync(container, letGo.Token);
            try
            {
                interrupted = !await CopyLiveAsync(live, cursor, cancellationToken);
                if (!interrupted && await IsSeenSoonAsync(ending, cancellationToken))
                    return new(await InspectAsync(container, cancellationToken), Interrupted: false);
                interrupted |= ending.IsFaulted;
            }
            finally
            {
                await letGo.CancelAsync();
                await ((Task)ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        while (!await TryReplayToEndAsync(container, cursor, cancellationToken))
        {
            interrupted = true;
            // Answers when the engine is back.
            if (await InspectAsync(container, cancellationToken) is null)
                break;
        }
        return new(await InspectAsync(container, cancellationToken), interrupted);
    }

    private Task<EngineContainer?> InspectAsync(string container, CancellationToken cancellationToken) =>
        retry.RunAsync(() => engine.FindContainerAsync(container, cancellationToken), cancellationToken);

    private async Task<bool> CopyLiveAsync(MultiplexedStream live, LogCursor cursor, CancellationToken cancellationToken)
    {
        while (true)
        {
            StreamPiece? piece;
            try
            {
                piece = await live.ReadAsync(cancellationToken);
            }
            catch (DockerException)
            {
                return false;
            }
            if (piece is not { } some)
                return true;
            await sink.WriteLogAsync(some.Stream, some.Bytes, cancellationToken);
            cursor.Advance(some.Stream, some.Bytes.Length);
        }
    }

    private async Task<bool> IsSeenSoonAsync(Task ending, CancellationToken cancellationToken)
    {
        try
        {
            await ending.WaitAsync(LogEndsBefore, time, cancellationToken);
            return true;
        }
        catch (DockerException e)
        {
            return e.IsNotFound;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>False: the connection was lost on the way.</summary>
    private async Task<bool> TryReplayToEndAsync(string container, LogCursor cursor, CancellationToken cancellationToken)
    {
        try
        {
            if (await engine.FindContainerAsync(container, cancellationToken) is not { } found)
                return true;
            if (found.State.Running)
            {
                await ReplayAsync(container, follow: true, cursor, cancellationToken);
                await engine.WaitContainerAsync(container, cancellationToken);
            }
            // Following may end before the last lines were read; this reads all that there are.
            await ReplayAsync(container, follow: false, cursor, cancellationToken);
            return true;
        }
        catch (DockerException e) when (e.IsNotFound)
        {
            return true;
        }
        catch (DockerException e) when (e.IsUnreachable)
        {
            return false;
        }
    }

    private async Task ReplayAsync(string container, bool follow, LogCursor cursor, CancellationToken cancellationToken)
    {
        await using var log = await engine.OpenContainerLogsAsync(container, follow, cancellationToken);
        await new ReplayedLog(log, cursor, sink, onSkipped).CopyAsync(cancellationToken);
    }
}

/// <summary>How following ended.</summary>
/// <param name="Container">Null: it was removed meanwhile.</param>
/// <param name="Interrupted">The engine could not be reached for a while.</param>
internal readonly record struct ContainerEnd(EngineContainer? Container, bool Interrupted);
