using System.Runtime.CompilerServices;
using Twinrunner.Cli.Terminals;
using Twinrunner.Client;

namespace Twinrunner.Cli.Servers;

/// <summary>A stream that goes on at the next server of the data folder when the one that gave it is gone.</summary>
internal static class ResumingStream
{
    /// <param name="follow">Opens the stream after the item with this id; null: from where it starts.</param>
    public static async IAsyncEnumerable<T> FollowAsync<T>(
        this ServerConnection server,
        Terminal terminal,
        string? after,
        Func<RunnerClient, string?, IAsyncEnumerable<SseEvent<T>>> follow,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var client = server.Client;
            await using var items = follow(client, after).GetAsyncEnumerator(cancellationToken);
            while (await MoveNextAsync(items))
            {
                after = items.Current.Id ?? after;
                yield return items.Current.Value;
            }
            if (client == server.Client)
                yield break;
        }

        async Task<bool> MoveNextAsync(IAsyncEnumerator<SseEvent<T>> items)
        {
            var client = server.Client;
            try
            {
                return await items.MoveNextAsync();
            }
            catch (ServerUnreachableException) when (!cancellationToken.IsCancellationRequested)
            {
                if (!await server.RecoverAsync(client, cancellationToken))
                    throw;
                terminal.Note(terminal.ErrorStyle.Paint(Tone.Faint, server.IsEmbedded
                    ? "the server went away: this command goes on by itself"
                    : $"the server went away: going on with {server.Client.Address}"));
                return false;
            }
        }
    }
}
