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

    /// <summary>
    /// How long a server that was there to stay may take to be started again (an update, a new setting) before a command that
    /// followed it takes its place: a folder that is taken would keep it from starting.
    /// </summary>
    private static readonly TimeSpan RestartPatience = TimeSpan.FromSeconds(30);

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

    /// <summary>The server is there to stay: not in this process, and not in another command's.</summary>
    public bool Stays { get; private set; }

    public static async Task<ServerConnection> OpenAsync(CliContext context, ServerChoice choice, CancellationToken cancellationToken)
    {
        var connection = new ServerConnection(choice, context);
        await connection.ConnectAsync(successorWithin: TimeSpan.Zero, cancellationToken);
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
            if (Stays)
                Note($"the server went away: waiting {RestartPatience.TotalSeconds:0} s for it to come back");
            await ConnectAsync(Stays ? RestartPatience : TimeSpan.Zero, cancellationToken);
            Note(IsEmbedded ? "the server went away: this command goes on by itself" : $"going on with the server at {Client.Address}");
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

    private void Note(string text) => _context.Terminal.Note(_context.Terminal.ErrorStyle.Paint(Tone.Faint, text));

    /// <param name="successorWithin">So long another process is left to serve the folder first.</param>
    private async Task ConnectAsync(TimeSpan successorWithin, CancellationToken cancellationToken)
    {
        if (_choice.Address is { } address)
        {
            Client = RunnerClient.Create(address, _choice.Token);
            Stays = true;
            return;
        }
        var since = _context.Time.GetTimestamp();
        while (true)
        {
            if (await ServingProcess.FindAsync(_choice.DataFolder, _choice.Token, _context.Time, cancellationToken) is { } serving)
            {
                Client = Nearby(serving, _choice.Token);
                Stays = ServerFile.Read(_choice.DataFolder) is { Stays: true };
                return;
            }
            var waited = _context.Time.GetElapsedTime(since);
            if (waited >= successorWithin && await TryEmbedAsync(lastTry: waited > successorWithin + Patience, cancellationToken))
                return;
            await Task.Delay(Pause, _context.Time, cancellationToken);
        }
    }

    /// <returns>False: somebody was quicker and is not ready yet, or is about to stop.</returns>
    private async Task<bool> TryEmbedAsync(bool lastTry, CancellationToken cancellationToken)
    {
        try
        {
            _embedded = await EmbeddedServer.StartAsync(_choice, _context.Environment, cancellationToken);
            Client = Nearby(_embedded.Address, _embedded.Token ?? _choice.Token);
            Stays = false;
            return true;
        }
        catch (DataFolderInUseException) when (!lastTry)
        {
            return false;
        }
        catch (DataFolderInUseException inUse)
        {
            throw new CliError(ExitCode.Unreachable, inUse.Message, "if that process hangs, end it; `twin doctor` shows which one it is", inUse);
        }
        catch (InvalidSettingsException invalid)
        {
            throw CliError.Usage(invalid.Message, "docs/configuration.md lists all settings");
        }
    }

    // On this machine a server that is gone shows at once, and a new one is a matter of seconds.
    private RunnerClient Nearby(Uri address, string? token) =>
        new(new RunnerClientOptions { Address = address, Token = token, StreamPatience = TimeSpan.FromSeconds(2), Time = _context.Time });
}
