using System.ComponentModel;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Twinrunner.Runner.Executors.Processes;

/// <summary>Starts commands below a supervisor, a small shell in a session of its own that outlives the server and writes down the exit code.</summary>
internal sealed partial class ProcessLauncher(ProcessOptions options)
{
    /// <summary>
    /// $1: folder of the attempt, $2: where to run, $3: limit of memory in KiB; the rest is the command, which no shell reads again. Only
    /// positional parameters are used: a variable of the shell could be one that the step exports. The output is appended to, so that
    /// a command which opens /dev/stdout anew does not write over it. TERM must end the command, not the supervisor.
    /// </summary>
    private const string Supervisor = """
        /bin/mkdir "$1/started" 2>/dev/null || exit 0
        exec </dev/null >>"$1/stdout" 2>>"$1/stderr"
        /bin/cat "/proc/$$/stat" >"$1/pid.new" && /bin/mv "$1/pid.new" "$1/pid"
        trap : TERM INT HUP
        ( trap - TERM INT HUP
          cd "$2" || exit 126
          ulimit -c 0
          ulimit -v "$3" || exit 126
          shift 3
          exec "$@" )
        printf '%s\n' "$?" >"$1/exit.new"; /bin/mv "$1/exit.new" "$1/exit"
        """;

    /// <summary>
    /// This process ignores PIPE, as .NET does; commands would inherit that, and complain where they should end quietly (<c>yes | head</c>).
    /// GNU's <c>env</c> (8.31 and later) can set it back; where there is another one, PIPE stays ignored.
    /// </summary>
    private static readonly Lazy<string[]> SignalReset = new(() =>
    {
        string[] reset = ["env", "--default-signal=PIPE"];
        try
        {
            using var trial = Process.Start(new ProcessStartInfo(reset[0], [reset[1], "true"]) { UseShellExecute = false, RedirectStandardError = true })!;
            trial.WaitForExit();
            return trial.ExitCode == 0 ? reset : [];
        }
        catch (Win32Exception)
        {
            return [];
        }
    });

    /// <summary>Names that a shell passes on; others it drops.</summary>
    public static bool IsPassable(string name) => VariableName().IsMatch(name);

    /// <exception cref="Win32Exception">The system could not start it.</exception>
    public void Start(StepPlan plan, AttemptFolder attempt)
    {
        var start = new ProcessStartInfo("setsid") { UseShellExecute = false, WorkingDirectory = attempt.Work };
        string[] arguments =
        [
            .. SignalReset.Value, "/bin/sh", "-c", Supervisor, attempt.Key.Name,
            attempt.Path, WorkingDirectory(plan, attempt), plan.Resources.Memory is { } bytes ? (bytes / 1024).ToString() : "unlimited",
            .. plan.Entrypoint ?? [], .. plan.Command ?? [],
        ];
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        SetVariables(start, plan, attempt);
        using var process = Process.Start(start);
    }

    /// <summary>Runs a command beside the attempt, with its variables and in its folder.</summary>
    /// <returns>Exit code; 127 where it can't be started.</returns>
    public async Task<int> RunBesideAsync(StepPlan plan, AttemptFolder attempt, IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            UseShellExecute = false,
            WorkingDirectory = WorkingDirectory(plan, attempt),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        SetVariables(start, plan, attempt);
        try
        {
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            // What it prints is thrown away, as it comes.
            process.OutputDataReceived += static (_, _) => { };
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            try
            {
                await process.WaitForExitAsync(cancellationToken);
                return process.ExitCode;
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                throw;
            }
        }
        catch (Win32Exception)
        {
            return ExitCodes.NotFound;
        }
    }

    private static string WorkingDirectory(StepPlan plan, AttemptFolder attempt) =>
        plan.WorkingDirectory is { Length: > 0 } folder ? Path.Combine(attempt.Work, folder) : attempt.Work;

    private void SetVariables(ProcessStartInfo start, StepPlan plan, AttemptFolder attempt)
    {
        var own = start.Environment;
        var passed = options.PassedVariables.Where(own.ContainsKey).ToDictionary(name => name, name => own[name]);
        own.Clear();
        foreach (var (name, value) in passed)
            own[name] = value;
        own["HOME"] = attempt.Work;
        own["TMPDIR"] = attempt.Work;
        var folders = plan.Folders;
        foreach (var (name, value) in StepVariables.With(plan.Environment, folders?.Input ?? "", folders?.Output ?? "", folders?.Logs ?? "", attempt.Work))
            own[name] = folders is null ? value : Localize(value, folders, attempt);
        own[ProcessTree.Mark] = attempt.Key.Name;
    }

    /// <summary>A value that is a path of ODTP's contract means the attempt's own folder here.</summary>
    private static string Localize(string value, StepFolders folders, AttemptFolder attempt)
    {
        foreach (var (target, folder) in (ReadOnlySpan<(string, string)>)
            [(StepFolders.InputTarget, folders.Input), (StepFolders.OutputTarget, folders.Output), (StepFolders.LogsTarget, folders.Logs), (StepFolders.WorkdirTarget, attempt.Work)])
        {
            if (value == target || value.StartsWith(target + "/", StringComparison.Ordinal))
                return folder + value[target.Length..];
        }
        return value;
    }

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*$", RegexOptions.NonBacktracking)]
    private static partial Regex VariableName();
}
