namespace Twinrunner.Cli;

/// <summary>What the command's exit code means. They are promised in <c>twin --help</c> and docs/cli.md: scripts rely on them.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>The command worked, but the execution that it ran or waited for failed.</summary>
    public const int RunFailed = 1;

    /// <summary>The command line or the workflow is wrong; nothing was started.</summary>
    public const int Usage = 2;

    /// <summary>No server answers at the address.</summary>
    public const int Unreachable = 3;

    /// <summary>What was named isn't there, or is not in a state that allows it.</summary>
    public const int NotFoundOrConflict = 4;

    /// <summary>The server or this machine could not do it: a full disk, a damaged download, an internal error.</summary>
    public const int Trouble = 5;

    /// <summary>Cancelled: by Ctrl-C, or the execution was cancelled by somebody while this command waited for it.</summary>
    public const int Cancelled = 130;

    /// <summary>Ended by SIGTERM.</summary>
    public const int Terminated = 143;

    /// <summary>Each code with its meaning, for the help.</summary>
    public static readonly IReadOnlyList<(int Code, string Meaning)> All =
    [
        (Success, "done; an execution that was waited for succeeded"),
        (RunFailed, "the execution failed"),
        (Usage, "the command line or the workflow is wrong; nothing was started"),
        (Unreachable, "no server answers"),
        (NotFoundOrConflict, "it isn't there, or its state doesn't allow that"),
        (Trouble, "the server or this machine could not do it"),
        (Cancelled, "cancelled, by Ctrl-C or by somebody else"),
        (Terminated, "ended by SIGTERM"),
    ];
}
