namespace Twinrunner.Cli;

/// <summary>Ends the command with an exit code and a message for people: what happened and why, and what to do next.</summary>
internal sealed class CliError(int exitCode, string message, string? next = null, Exception? cause = null)
    : Exception(message, cause)
{
    public int ExitCode { get; } = exitCode;

    /// <summary>A sentence or a command to try; null where there is nothing to do.</summary>
    public string? Next { get; } = next;

    public static CliError Usage(string message, string? next = null) => new(Cli.ExitCode.Usage, message, next);

    public static CliError NotFound(string message, string? next = null) => new(Cli.ExitCode.NotFoundOrConflict, message, next);
}
