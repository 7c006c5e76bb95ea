using Twinrunner.Storage.Objects;

namespace Twinrunner.Runner.Outputs;

/// <summary>Asks a store that refuses again, with doubling waits, within a time; and tells as long as anything of one attempt waits for it.</summary>
/// <param name="tell">Gets what it waits for, since when and why, for people; null: nothing waits any more.</param>
/// <param name="hurry">Somebody wants an end: what has waited for a few seconds waits no longer.</param>
internal sealed class StorePatience(TimeSpan limit, TimeProvider time, Func<string?, Task> tell, CancellationToken hurry) : IDisposable
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <summary>Long enough for a connection that was only cut.</summary>
    private static readonly TimeSpan InAHurry = TimeSpan.FromSeconds(3);

    /// <summary>What is told comes in the order in which it happened.</summary>
    private readonly SemaphoreSlim _turn = new(1);

    private int _waiting;
    private DateTimeOffset _since;
    private string? _told;

    private TimeSpan Limit => hurry.IsCancellationRequested && InAHurry < limit ? InAHurry : limit;

    /// <exception cref="ObjectStoreException">The time is over.</exception>
    public async Task<T> TryAsync<T>(Func<Task<T>> act, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var isWaiting = false;
        for (var wait = First; ; wait = wait * 2 < Longest ? wait * 2 : Longest)
        {
            try
            {
                var result = await act();
                if (isWaiting)
                    await TellAsync(-1, null, cancellationToken);
                return result;
            }
            catch (ObjectStoreException trouble) when (time.GetElapsedTime(started) + wait < Limit)
            {
                await TellAsync(isWaiting ? 0 : 1, trouble.Message, cancellationToken);
                isWaiting = true;
                await WaitAsync(wait, cancellationToken);
            }
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task WaitAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        using var woken = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, hurry.IsCancellationRequested ? CancellationToken.None : hurry);
        await Task.Delay(wait, time, woken.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <param name="more">How many more wait than before.</param>
    private async Task TellAsync(int more, string? trouble, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_waiting == 0)
                _since = time.GetUtcNow();
            _waiting += more;
            var now = _waiting == 0 ? null : trouble is null ? _told : $"waits for the object store since {_since:HH:mm:ss} UTC: {trouble}";
            if (now != _told)
                await tell(_told = now);
        }
        finally
        {
            _turn.Release();
        }
    }
}
