using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Executors;

/// <summary>What an exit code means, in words.</summary>
internal static class ExitCodes
{
    public const int NotExecutable = 126;
    public const int NotFound = 127;
    public const int Killed = 128 + 9;
    public const int Terminated = 128 + 15;

    /// <summary>Result of an attempt that ran to its end.</summary>
    public static StepResult ToResult(int exitCode, bool outOfMemory, long? memoryLimit, DateTimeOffset? startedAt, DateTimeOffset? endedAt)
    {
        if (exitCode == 0)
            return StepResult.Success(startedAt, endedAt);
        // The code of a component whose child was killed is its shell's: often 1, not 137.
        var failed = outOfMemory
            ? StepResult.Failed(FailureReason.OutOfMemory, $"It was killed at its memory limit{Limit(memoryLimit)} (exit code {exitCode}).")
            : StepResult.Failed(FailureReason.ExitCode, Describe(exitCode));
        return failed with { ExitCode = exitCode, StartedAt = startedAt, EndedAt = endedAt };
    }

    private static string Limit(long? bytes) => bytes is { } limit ? $" of {limit / (1024.0 * 1024):0.#} MiB" : "";

    private static string Describe(int exitCode) => exitCode switch
    {
        NotExecutable => "It exited with code 126: a command was found but could not be executed.",
        NotFound => "It exited with code 127: a command was not found.",
        > 128 and < 128 + 65 => $"It exited with code {exitCode}: {Signal(exitCode - 128)}.",
        _ => $"It exited with code {exitCode}.",
    };

    private static string Signal(int number) => number switch
    {
        2 => "interrupted (SIGINT)",
        4 => "illegal instruction (SIGILL); is the image made for another processor?",
        6 => "it aborted itself (SIGABRT)",
        7 => "bus error (SIGBUS)",
        8 => "arithmetic error (SIGFPE)",
        9 => "killed (SIGKILL)",
        11 => "invalid memory access (SIGSEGV)",
        13 => "nobody read its output (SIGPIPE)",
        15 => "asked to end (SIGTERM)",
        _ => $"ended by signal {number}",
    };
}
