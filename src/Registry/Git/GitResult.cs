using System.Text;

namespace Twinrunner.Registry.Git;

/// <summary>How a command of git ended.</summary>
/// <param name="Error">The end of what it wrote to standard error.</param>
internal sealed record GitResult(int ExitCode, ReadOnlyMemory<byte> Output, string Error)
{
    public bool Succeeded => ExitCode == 0;

    public string Text => Encoding.UTF8.GetString(Output.Span).TrimEnd('\n');

    /// <summary>The pieces that <c>-z</c> ends with a NUL.</summary>
    public IEnumerable<string> Pieces => Encoding.UTF8.GetString(Output.Span).Split('\0', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>
    /// What went wrong, in git's own words and without a full stop: the line that says what was fatal. Where that only says that
    /// a remote could not be read, ssh has said why in the line before.
    /// </summary>
    public string Complaint
    {
        get
        {
            var lines = Error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            var fatal = Array.FindIndex(lines, text => text.StartsWith(Fatal, StringComparison.Ordinal));
            var line = fatal switch
            {
                > 0 when lines[fatal].StartsWith(SilentRemote, StringComparison.Ordinal) => lines[fatal - 1],
                >= 0 => lines[fatal][Fatal.Length..],
                _ => lines.LastOrDefault() ?? $"exit code {ExitCode}",
            };
            return line.Trim('.', ' ');
        }
    }

    private const string Fatal = "fatal:", SilentRemote = "fatal: Could not read from remote repository";
}
