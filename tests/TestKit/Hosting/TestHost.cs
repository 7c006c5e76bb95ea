using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Twinrunner.Client;
using Twinrunner.Runner.Hosting;

namespace Twinrunner.TestKit;

/// <summary>The whole server in this process: a data folder of its own, a free port, and a client to talk to it.</summary>
public sealed class TestHost : IAsyncDisposable
{
    private readonly TestFolder? _ownFolder;
    private WebApplication _app;

    private TestHost(HostSettings settings, TestFolder? ownFolder)
    {
        _ownFolder = ownFolder;
        Settings = settings;
        _app = null!;
        Client = null!;
        Http = null!;
    }

    public HostSettings Settings { get; }
    public RunnerClient Client { get; private set; }

    /// <summary>For requests that the client would never send.</summary>
    public HttpClient Http { get; private set; }

    public Uri Address { get; private set; } = null!;
    public IServiceProvider Services => _app.Services;

    public static Task<TestHost> StartAsync(CancellationToken cancellationToken) => StartAsync(settings => settings, cancellationToken);

    public static async Task<TestHost> StartAsync(Func<HostSettings, HostSettings> change, CancellationToken cancellationToken)
    {
        var folder = new TestFolder();
        var settings = change(new HostSettings { DataFolder = folder.Path, Urls = ["http://127.0.0.1:0"], LogLevel = LogLevel.Error, RunSteps = false });
        var host = new TestHost(settings, folder);
        try
        {
            await host.OpenAsync(cancellationToken);
            return host;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Stops the server and starts another on the same data folder. Its address is another one.</summary>
    public async Task RestartAsync(CancellationToken cancellationToken)
    {
        await CloseAsync(cancellationToken);
        await OpenAsync(cancellationToken);
    }

    public T Get<T>() where T : notnull => Services.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        await CloseAsync(CancellationToken.None);
        _ownFolder?.Dispose();
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        _app = await RunnerHost.StartAsync(Settings, cancellationToken);
        Address = new Uri(ServerFile.Read(Settings.DataFolder)!.Address);
        Client = RunnerClient.Create(Address, Settings.Token);
        Http = new HttpClient { BaseAddress = Address };
    }

    private async Task CloseAsync(CancellationToken cancellationToken)
    {
        Client.Dispose();
        Http.Dispose();
        await _app.StopAsync(cancellationToken);
        await _app.DisposeAsync();
    }
}
