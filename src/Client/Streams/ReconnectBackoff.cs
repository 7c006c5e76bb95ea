namespace Twinrunner.Client;

/// <summary>Waiting times between attempts to reach a server again: doubling from a quarter of a second to ten, each shortened at random by up to half so that many clients don't come back at once.</summary>
internal sealed class ReconnectBackoff(TimeProvider time, TimeSpan patience)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    private TimeSpan _next = First;
    private long _failingSince;

    /// <summary>The server was reached: patience starts anew with the next failure.</summary>
    public void Connected() => _failingSince = 0;

    /// <summary>The server also sent something: the waits start anew, too. (One that accepts and closes at once must not be hammered.)</summary>
    public void Received() => _next = First;

    /// <summary>Waits before the next attempt. False, at once: patience is at its end.</summary>
    /// <param name="asked">The server's own wish (<c>retry:</c>), where it made one.</param>
    public async Task<bool> WaitAsync(TimeSpan? asked, CancellationToken cancellationToken)
    {
        if (_failingSince == 0)
            _failingSince = time.GetTimestamp();
        else if (time.GetElapsedTime(_failingSince) >= patience)
            return false;
        // Not a secret, only a spread: any generator does.
#pragma warning disable CA5394
        var wait = asked ?? _next * (1 - Random.Shared.NextDouble() / 2);
#pragma warning restore CA5394
        await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
        _next = _next * 2 < Longest ? _next * 2 : Longest;
        return true;
    }
}
