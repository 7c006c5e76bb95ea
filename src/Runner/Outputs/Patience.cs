using Twinrunner.Storage.Objects;

namespace Twinrunner.Runner.Outputs;

/// <summary>Asks a store that refuses again, with doubling waits, within a time.</summary>
internal static class Patience
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    public static async Task<T> TryAsync<T>(Func<Task<T>> act, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var wait = TimeSpan.FromMilliseconds(200);
        while (true)
        {
            try
            {
                return await act();
            }
            catch (ObjectStoreException) when (time.GetElapsedTime(started) + wait < patience)
            {
                await Task.Delay(wait, time, cancellationToken);
                wait = wait * 2 < Longest ? wait * 2 : Longest;
            }
        }
    }
}
