using System.CommandLine;
using Twinrunner.Cli.Terminals;
using Twinrunner.Client;
using Twinrunner.Runner.Hosting;

namespace Twinrunner.Cli.Servers;

/// <summary>
/// The server that a verb talks to: the one that was named, else the one that serves the data folder, else one inside this
/// process that lives as long as the verb.
/// </summary>
internal sealed class ServerConnection : IAsyncDisposable
{
    /// <summary>How long another process may take to start or stop on the data folder.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly ServerChoice _choice;
    private readonly CliContext _context;
    private readonly SemaphoreSlim _recovery = new(1, 1);
    private EmbeddedServer? _embedded;

    private ServerConnection(ServerChoice choice, CliContext context)
    {
        _choice = choice;
        _context = context;
        Client = null!;
    }

    public RunnerClient Client { get; private set; }

    /// <summary>The server lives in this process and stops with it; what it runs then waits for the next server.</summary>
    public bool IsEmbedded => _embedded is not null;

    public static async Task<ServerConnection> OpenAsync(CliContext context, ServerChoice choice, CancellationToken cancellationToken)
    {
        var connection = new ServerConnection(choice, context);
        await connection.ConnectAsync(cancellationToken);
        return connection;
    }

    /// <summary>
    /// Asks the server; when it turns out to be gone, asks its successor. What is asked must bear to be asked twice.
    /// </summary>
    public async Task<T> AskAsync<T>(Func<RunnerClient, Task<T>> question, CancellationToken cancellationToken)
    {
        while (true)
        {
            var client = Client;
            try
            {
                return await question(client);
            }
            catch (ServerUnreachableException)
            {
                if (!await RecoverAsync(client, cancellationToken))
                    throw;
            }
        }
    }

    /// <summary>
    /// After the server went away: another may serve the data folder by now, or this process must. A server that was named is
    /// never replaced: the client waited for it already.
    /// </summary>
    /// <param name="failed">The client that found out.</param>
    /// <returns>False: there is none.</returns>
    public async Task<bool> RecoverAsync(RunnerClient failed, CancellationToken cancellationToken)
    {
        if (_choice.Address is not null)
            return false;
        await _recovery.WaitAsync(cancellationToken);
        try
        {
            // Another flow of this command may have been here first.
            if (Client != failed)
                return true;
            if (IsEmbedded)
                return false;
            await ConnectAsync(cancellationToken);
            var terminal = _context.Terminal;
            terminal.Note(terminal.ErrorStyle.Paint(Tone.Faint, IsEmbedded
                ? "the server went away: this command goes on by itself"
                : $"the server went away: going on with the one at {Client.Address}"));
            return true;
        }
        finally
        {
            _recovery.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        _recovery.Dispose();
        if (_embedded is not null)
            await _embedded.DisposeAsync();
    }

    private async Task ConnectAsync(CancellationToken cancellationToken)
    {
        if (_choice.Address is { } address)
        {
            Client = RunnerClient.Create(address, _choice.Token);
            return;
        }
        var since = _context.Time.GetTimestamp();
        while (true)
        {
            if (await ServingProcess.FindAsync(_choice.DataFolder, _choice.Token, _context.Time, cancellationToken) is { } serving)
            {
                Client = Nearby(serving, _choice.Token);
                return;
            }
            try
            {
                _embedded = await EmbeddedServer.StartAsync(_choice, _context.Environment, cancellationToken);
                Client = Nearby(_embedded.Address, _embedded.Token ?? _choice.Token);
                return;
            }
            catch (DataFolderInUseException inUse)
            {
                // Somebody was quicker and is not ready yet, or is about to stop.
                if (_context.Time.GetElapsedTime(since) > Patience)
                    throw new CliError(ExitCode.Unreachable, inUse.Message, "if that process hangs, end it; `twin doctor` shows which one it is", inUse);
            }
            catch (InvalidSettingsException invalid)
            {
                throw CliError.Usage(invalid.Message, "docs/configuration.md lists all settings");
            }
            await Task.Delay(Pause, _context.Time, cancellationToken);
        }
    }

    // On this machine a server that is gone shows at once, and a new one is a matter of seconds.
    private RunnerClient Nearby(Uri address, string? token) =>
        new(new RunnerClientOptions { Address = address, Token = token, StreamPatience = TimeSpan.FromSeconds(2), Time = _context.Time });
}
