using Microsoft.AspNetCore.Builder;
using Twinrunner.Runner.Hosting;

namespace Twinrunner.Cli.Servers;

/// <summary>
/// A server in this process, on a free port of the loopback interface. What it runs goes on when it stops: the next server
/// of the data folder takes it over.
/// </summary>
internal sealed class EmbeddedServer : IAsyncDisposable
{
    private readonly WebApplication _host;

    private EmbeddedServer(WebApplication host, Uri address, string? token) => (_host, Address, Token) = (host, address, token);

    public Uri Address { get; }
    public string? Token { get; }

    /// <exception cref="DataFolderInUseException">Another process serves the folder.</exception>
    public static async Task<EmbeddedServer> StartAsync(ServerChoice choice, Func<string, string?> environment, CancellationToken cancellationToken)
    {
        var settings = Settings(choice, environment);
        var host = await RunnerHost.StartAsync(settings, cancellationToken);
        var address = ServerFile.Read(choice.DataFolder)?.Address ?? host.Urls.First();
        return new EmbeddedServer(host, new Uri(address), settings.Token);
    }

    public async ValueTask DisposeAsync()
    {
        // The verb has ended, perhaps by Ctrl-C: the host's own time limit for stopping is what counts here.
        await _host.StopAsync(CancellationToken.None);
        await _host.DisposeAsync();
    }

    private static HostSettings Settings(ServerChoice choice, Func<string, string?> environment)
    {
        var flags = new Dictionary<string, string> { ["--data"] = choice.DataFolder, ["--listen"] = "http://127.0.0.1:0" };
        // Its log would run through the live view: only what is broken may.
        if (string.IsNullOrEmpty(environment("TWIN_LOG_LEVEL")))
            flags["--log-level"] = "error";
        return HostSettingsReader.Read(flags, environment) with { RunSteps = choice.Drives, Stays = false };
    }
}
