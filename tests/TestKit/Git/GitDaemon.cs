using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Twinrunner.TestKit;

/// <summary>Serves the git repositories below a folder over git's own protocol.</summary>
public sealed class GitDaemon : IDisposable
{
    private readonly Process _process;

    private GitDaemon(Process process, int port)
    {
        _process = process;
        Address = new($"git://127.0.0.1:{port}/");
    }

    public Uri Address { get; }

    public static async Task<GitDaemon> StartAsync(string root, CancellationToken cancellationToken)
    {
        while (true)
        {
            var port = FreePort();
            var start = new ProcessStartInfo("git", ["daemon", "--listen=127.0.0.1", $"--port={port}", "--export-all", "--verbose", "--log-destination=stderr", $"--base-path={root}"])
            {
                RedirectStandardError = true,
            };
            foreach (var (name, value) in new[] { ("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_COUNT", "1"), ("GIT_CONFIG_KEY_0", "safe.directory"), ("GIT_CONFIG_VALUE_0", "*") })
                start.Environment[name] = value;
            var process = Process.Start(start)!;
            while (await process.StandardError.ReadLineAsync(cancellationToken) is { } line)
                if (line.Contains("Ready to rumble", StringComparison.Ordinal))
                    return new(process, port);
            process.Dispose(); // somebody took the port meanwhile
        }
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
