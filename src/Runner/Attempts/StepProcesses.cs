using System.Globalization;
using Twinrunner.Runner.Executors;

namespace Twinrunner.Runner.Attempts;

/// <summary>The processes of the step's container, which shares its process namespace with its helper.</summary>
internal static class StepProcesses
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    /// <summary>Asks the container's first process to end, and kills it after the grace period. With it the node ends the rest.</summary>
    public static async Task EndAsync(TimeSpan grace, TimeProvider time, CancellationToken cancellationToken)
    {
        var since = time.GetTimestamp();
        foreach (var process in First())
            Posix.TrySignal(process, Posix.Terminate);
        while (First().Count > 0 && time.GetElapsedTime(since) < grace)
            await Task.Delay(Look, time, cancellationToken);
        foreach (var process in First())
            Posix.TrySignal(process, Posix.Kill);
    }

    /// <summary>Processes without a parent in the pod: the first one of each container, but for the pod's own and this one.</summary>
    private static List<int> First()
    {
        var found = new List<int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id) || id == 1 || id == Environment.ProcessId)
                continue;
            try
            {
                // Its name, in parentheses, may hold anything; after it: state, parent.
                var status = File.ReadAllText(Path.Combine(folder, "stat"));
                if (status[(status.LastIndexOf(')') + 2)..].Split(' ') is [not "Z", "0", ..])
                    found.Add(id);
            }
            catch (IOException)
            {
                // It has just ended.
            }
        }
        return found;
    }
}
