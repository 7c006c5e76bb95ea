using System.CommandLine;
using Twinrunner.Cli.Options;
using Twinrunner.Client;

namespace Twinrunner.Cli.Servers;

/// <summary>
/// The server that a verb talks to: the one that was named, else the one that serves the data folder, else one inside this
/// process that lives as long as the verb.
/// </summary>
internal sealed class ServerConnection : IAsyncDisposable
{
    private readonly ServerChoice _choice;
    private readonly CliContext _context;
    private readonly SemaphoreSlim _recovery = new(1, 1);

    private ServerConnection(ServerChoice choice, CliContext context)
    {
        _choice = choice;
        _context = context;
        Client = null!;
    }

    public RunnerClient Client { get; private set; }

    /// <summary>The server lives in this process: what it runs is left alone when the command ends.</summary>
    public bool IsEmbedded { get; private set; }

    /// <param name="drives">A server in this process also runs steps. Verbs that only look don't: nothing may start because somebody looked.</param>
    public static async Task<ServerConnection> OpenAsync(CliContext context, ParseResult arguments, bool drives, CancellationToken cancellationToken)
    {
        var connection = new ServerConnection(ServerChoice.From(arguments, context.Environment, drives), context);
        await connection.ConnectAsync(cancellationToken);
        return connection;
    }

    /// <summary>
    /// After the server went away: another may serve the data folder by now, or this process must. A server that was named is
    /// never replaced: the client waited for it already.
    /// </summary>
    /// <param name="failed">The client that found out.</param>
    /// <returns>False: there is none.</returns>
    public async Task<bool> RecoverAsync(RunnerClient failed, CancellationToken cancellationToken)
    {
        if (_choice.Address is not null || IsEmbedded)
            return false;
        await _recovery.WaitAsync(cancellationToken);
        try
        {
            // Another flow of this command was here first.
            if (Client == failed)
                await ConnectAsync(cancellationToken);
            return true;
        }
        finally
        {
            _recovery.Release();
        }
    }

    public ValueTask DisposeAsync()
    {
        Client?.Dispose();
        _recovery.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task ConnectAsync(CancellationToken cancellationToken)
    {
        if (_choice.Address is { } address)
        {
            Client = RunnerClient.Create(address, _choice.Token);
            return;
        }
        if (await ServingProcess.FindAsync(_choice.DataFolder, _context.Time, cancellationToken) is { } serving)
        {
            Client = Nearby(serving);
            return;
        }
        throw new CliError(ExitCode.Unreachable, $"no server serves {_choice.DataFolder}", "start one with `twin serve`, or name one with --server URL");
    }

    // On this machine a server that is gone shows at once, and a new one is a matter of seconds.
    private RunnerClient Nearby(Uri address) =>
        new(new RunnerClientOptions { Address = address, Token = _choice.Token, StreamPatience = TimeSpan.FromSeconds(5), Time = _context.Time });
}
