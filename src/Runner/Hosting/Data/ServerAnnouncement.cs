using System.Reflection;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Hosting;

namespace Twinrunner.Runner.Hosting;

/// <summary>Writes <see cref="ServerFile"/> once the server listens, and takes it away before it stops.</summary>
internal sealed class ServerAnnouncement(IServer server, DataFolderLock folder, HostSettings settings, TimeProvider time) : IHostedLifecycleService
{
    public static string Version { get; } =
        typeof(ServerAnnouncement).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        var addresses = server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        if (addresses.FirstOrDefault() is { } first)
            new ServerFile(ForClients(first), Environment.ProcessId, time.GetUtcNow(), Version, settings.Stays).Write(folder.Folder);
        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        ServerFile.Delete(folder.Folder);
        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Kestrel names a socket <c>http://unix:/path</c>, and "every address" in ways that nobody can connect to.</summary>
    internal static string ForClients(string address) => address
        .Replace("http://unix:", "unix://", StringComparison.Ordinal)
        .Replace("//0.0.0.0:", "//127.0.0.1:", StringComparison.Ordinal)
        .Replace("//[::]:", "//127.0.0.1:", StringComparison.Ordinal);
}
