using Twinrunner.Cli.Terminals;
using Twinrunner.Client;

namespace Twinrunner.Cli.Faults;

/// <summary>
/// Faults as compilers print them: <c>path:line:column</c>, the message, the line of the file with a caret below the place,
/// and what to write instead.
/// </summary>
internal static class FaultText
{
    private const int MaxColumn = 160;

    public static string Write(IReadOnlyList<FaultView> faults, string path, string source, Style style)
    {
        var lines = source.ReplaceLineEndings("\n").Split('\n');
        var text = new StringWriter();
        foreach (var fault in faults.OrderBy(fault => fault.Line).ThenBy(fault => fault.Column))
            Write(fault, path, lines, style, text);
        return text.ToString().TrimEnd();
    }

    private static void Write(FaultView fault, string path, string[] lines, Style style, TextWriter text)
    {
        var place = fault.Line > 0 ? $"{path}:{fault.Line}:{Math.Max(1, fault.Column)}" : path;
        var kind = fault.IsWarning ? style.Paint(Tone.Warning, "warning") : style.Paint(Tone.Bad, "error");
        var where = fault.Where.Length > 0 ? $" ({TerminalText.Neutralise(fault.Where)})" : "";
        text.WriteLine($"{style.Paint(Tone.Strong, place)}: {kind}: {TerminalText.Neutralise(fault.Message)}{where}");
        if (fault.Line > 0 && fault.Line <= lines.Length)
        {
            var number = fault.Line.ToString();
            // Tabs are one column for the parser: they become one space, so that the caret stands where it should.
            var line = TerminalText.Neutralise(lines[fault.Line - 1].Replace('\t', ' '));
            text.WriteLine($"  {style.Paint(Tone.Faint, number + " |")} {(line.Length > MaxColumn ? line[..MaxColumn] + "…" : line)}");
            var column = Math.Clamp(fault.Column, 1, line.Length + 1);
            if (column <= MaxColumn)
                text.WriteLine($"  {new string(' ', number.Length)} {style.Paint(Tone.Faint, "|")} {new string(' ', column - 1)}{style.Paint(Tone.Bad, "^")}");
        }
        if (fault.Hint is not null)
            text.WriteLine($"  {style.Paint(Tone.Good, "hint:")} {TerminalText.Neutralise(fault.Hint)}");
    }
}
