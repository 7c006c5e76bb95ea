using Microsoft.Extensions.Hosting;

namespace Twinrunner.Runner.Hosting;

/// <summary>
/// The host starts and stops when its caller says so. Signals are the caller's: a command with a server inside it has other
/// things to do on Ctrl-C than to stop that server.
/// </summary>
internal sealed class CallersLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
