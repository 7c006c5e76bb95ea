using System.Runtime.CompilerServices;
using Twinrunner.Client;

namespace Twinrunner.Cli.Servers;

/// <summary>A stream that goes on at the next server of the data folder when the one that gave it is gone.</summary>
internal static class ResumingStream
{
    /// <param name="after">Id of the item before the first wanted one; null: from where it starts.</param>
    /// <param name="follow">Opens the stream after the item with this id.</param>
    public static async IAsyncEnumerable<T> FollowAsync<T>(
        this ServerConnection server,
        string? after,
        Func<RunnerClient, string?, IAsyncEnumerable<SseEvent<T>>> follow,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var client = server.Client;
            var broken = false;
            await using var items = follow(client, after).GetAsyncEnumerator(cancellationToken);
            while (true)
            {
                try
                {
                    if (!await items.MoveNextAsync())
                        break;
                }
                catch (ServerUnreachableException) when (!cancellationToken.IsCancellationRequested)
                {
                    if (!await server.RecoverAsync(client, cancellationToken))
                        throw;
                    broken = true;
                    break;
                }
                after = items.Current.Id ?? after;
                yield return items.Current.Value;
            }
            if (!broken)
                yield break;
        }
    }
}
