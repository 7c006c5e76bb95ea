using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Executions.Attempts;

/// <summary>The wish to stop one attempt, whoever has it first: a user, a time limit, a step that isn't needed any more.</summary>
public sealed class StopSource : IDisposable
{
    private readonly CancellationTokenSource _requested = new();
    private readonly CancellationTokenSource _cancelled = new();
    private StopRequest? _request;

    /// <summary>The first wish; null: nobody wants it to stop.</summary>
    public StopRequest? Request => Volatile.Read(ref _request);

    /// <summary>Cancelled with the first wish.</summary>
    public CancellationToken Requested => _requested.Token;

    /// <summary>Cancelled with it if it is a person's wish that nothing more should come of the attempt.</summary>
    public CancellationToken Cancelled => _cancelled.Token;

    public void Ask(StopRequest request)
    {
        if (Interlocked.CompareExchange(ref _request, request, null) is not null)
            return;
        if (request.Reason == FailureReason.Cancelled)
            _cancelled.Cancel();
        _requested.Cancel();
    }

    public void Dispose()
    {
        _requested.Dispose();
        _cancelled.Dispose();
    }
}
