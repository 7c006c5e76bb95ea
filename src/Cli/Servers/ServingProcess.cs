using System.Diagnostics;
using System.Text.Json;

namespace Twinrunner.Cli.Servers;

/// <summary>Finds the process that serves a data folder by the <c>server.json</c> in it.</summary>
internal static class ServingProcess
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Its address; null: none serves, or what the file says is stale.</summary>
    public static async Task<Uri?> FindAsync(string dataFolder, TimeProvider time, CancellationToken cancellationToken)
    {
        if (Read(dataFolder) is not { } found || !Lives(found.Pid))
            return null;
        return await AnswersAsync(found.Address, time, cancellationToken) ? found.Address : null;
    }

    /// <summary>What the file says, without asking anybody.</summary>
    public static (Uri Address, int Pid)? Read(string dataFolder)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(dataFolder, "server.json")));
            var address = new Uri(document.RootElement.GetProperty("address").GetString()!);
            return (address, document.RootElement.GetProperty("pid").GetInt32());
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JsonException or KeyNotFoundException
            or InvalidOperationException or ArgumentException or UriFormatException or FormatException)
        {
            return null;
        }
    }

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
    private static async Task<bool> AnswersAsync(Uri address, TimeProvider time, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        using var client = Client.RunnerClient.Create(address);
        try
        {
            await client.ListNodesAsync(null, 1, both.Token);
            return true;
        }
        catch (Client.ApiException)
        {
            return true;
        }
        catch (Exception failure) when (failure is Client.ServerUnreachableException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return false;
        }
    }
}
