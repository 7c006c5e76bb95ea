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

    /// <summary>git's own words: its last line that says what was fatal.</summary>
    public string Complaint
    {
        get
        {
            var lines = Error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            var line = lines.FirstOrDefault(text => text.StartsWith("fatal:", StringComparison.Ordinal)) ?? lines.LastOrDefault() ?? $"exit code {ExitCode}";
            return line.StartsWith("fatal: ", StringComparison.Ordinal) ? line["fatal: ".Length..] : line;
        }
    }
}
