using System.Diagnostics;
using Twinrunner.Client;
using Twinrunner.Runner.Hosting;

namespace Twinrunner.Cli.Servers;

/// <summary>Finds the process that serves a data folder by the <see cref="ServerFile"/> in it.</summary>
internal static class ServingProcess
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Its address; null: none serves, or what the file says is stale.</summary>
    public static async Task<Uri?> FindAsync(string dataFolder, string? token, TimeProvider time, CancellationToken cancellationToken) =>
        Read(dataFolder) is { } found && await AnswersAsync(found, token, time, cancellationToken) ? found : null;

    /// <summary>The address that a living process left in the file, without asking anybody.</summary>
    public static Uri? Read(string dataFolder) =>
        ServerFile.Read(dataFolder) is { Address: { } address, Pid: var pid } && Lives(pid) && Uri.TryCreate(address, UriKind.Absolute, out var uri) ? uri : null;

    private static bool Lives(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    // Process ids are given again: only an answer shows that it is the server.
    private static async Task<bool> AnswersAsync(Uri address, string? token, TimeProvider time, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        using var client = RunnerClient.Create(address, token);
        try
        {
            await client.ListNodesAsync(after: null, limit: 1, both.Token);
            return true;
        }
        catch (ApiException)
        {
            return true;
        }
        catch (Exception failure) when (failure is ServerUnreachableException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return false;
        }
    }
}
