using System.Text;

namespace Twinrunner.Runner.Executors.Processes;

/// <summary>All processes of an attempt: the group of its supervisor, and those that left the group, known by a variable that they inherited.</summary>
internal static class ProcessTree
{
    /// <summary>Holds the attempt's name in the environment of everything that it starts.</summary>
    public const string Mark = "TWINRUNNER_ATTEMPT";

    /// <summary>Signals the group; where its leader is gone, its number may be another group's, and nothing is sent.</summary>
    public static void SignalGroup(ProcessIdentity supervisor, int signal)
    {
        if (supervisor.IsAlive())
            Posix.TrySignal(-supervisor.Id, signal);
    }

    /// <summary>Kills what is left of an attempt, wherever it hides.</summary>
    public static void KillMarked(string attempt)
    {
        var mark = Encoding.ASCII.GetBytes($"{Mark}={attempt}\0");
        // Once more as long as there are any: a process may have been started while the others were looked at.
        for (var round = 0; round < 10 && KillOnce(mark) > 0; round++)
        {
        }
    }

    private static int KillOnce(byte[] mark)
    {
        var killed = 0;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), out var id) && id != Environment.ProcessId && HasMark(folder, mark) && Posix.TrySignal(id, Posix.Kill))
                killed++;
        }
        return killed;
    }

    private static bool HasMark(string folder, byte[] mark)
    {
        try
        {
            // A zombie's environment is empty, so those that were killed aren't counted again.
            var environment = File.ReadAllBytes(Path.Combine(folder, "environ")).AsSpan();
            return environment.StartsWith(mark) || environment.IndexOf((byte[])[0, .. mark]) >= 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
