using Twinrunner.Runner.Kubernetes;

namespace Twinrunner.Runner.Executors.Kubernetes;

/// <summary>The log of a step's container, from a mark to its end, over lost connections and logs that the node rotates.</summary>
internal sealed class PodLog(KubernetesApi api, string @namespace, string pod, LogMark start, IStepSink sink, LogObserver? onSkipped, TimeProvider time)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(30);

    private const int LastTries = 3;

    /// <summary>No node rotates a log that is smaller.</summary>
    private const int Unrotated = 64 * 1024;

    private LogMark _mark = start;
    private DateTimeOffset? _after;
    private bool _complete;

    /// <summary>Copies what comes until the container has ended.</summary>
    public async Task FollowAsync(Task ended, CancellationToken cancellationToken)
    {
        for (var pause = FirstPause; !ended.IsCompleted; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            var before = _mark.Bytes;
            var whole = await TryCopyAsync(follow: true, cancellationToken);
            // The node was still reading when the container had ended: it read to the end, and there is no other file to read.
            _complete = whole && ended.IsCompleted && _mark.Bytes < Unrotated;
            // Most often it was the container that ended, which is told within a second or two.
            if (whole)
                pause = LongestPause;
            else if (_mark.Bytes > before)
                pause = FirstPause;
            await Task.WhenAny(ended, Task.Delay(pause, time, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Copies what the node has to the end. Following ends before it where a connection was lost, and some kubelets end it early.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        if (_complete)
            return;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var timer = time.CreateTimer(_ => limit.Cancel(), null, LastWords, Timeout.InfiniteTimeSpan);
        try
        {
            for (var tries = 0; tries < LastTries && !(_complete = await TryCopyAsync(follow: false, limit.Token)); tries++)
                await Task.Delay(LongestPause, time, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Its node is away, or slow beyond reason.
        }
        if (!_complete)
            await sink.SayAsync("the end of this log could not be read from its node: lines may be missing", cancellationToken);
    }

    /// <summary>False: it was cut off, or refused.</summary>
    private async Task<bool> TryCopyAsync(bool follow, CancellationToken cancellationToken)
    {
        var log = new TimedLog(_mark, _after, sink, onSkipped);
        try
        {
            await using var stream = await api.OpenLogAsync(@namespace, pod, JobPlan.StepContainer, _after ?? _mark.Since, follow, cancellationToken);
            await log.CopyAsync(stream, cancellationToken);
        }
        catch (Exception e) when (e is KubernetesException or HttpRequestException or IOException)
        {
            return false;
        }
        finally
        {
            _mark = log.Mark;
            if (_mark.Line is not null && !log.MarkIsGone)
                _after = null;
        }
        if (!log.MarkIsGone)
            return !log.HasOthersWords;
        await sink.SayAsync("the node rotated this log while nobody could read it: lines may be missing here", cancellationToken);
        (_after, _mark) = (_mark.Line!.Time, new(_mark.Bytes, null));
        return await TryCopyAsync(follow, cancellationToken);
    }
}
