using System.Text;

namespace Twinrunner.Runner.Workflows;

/// <summary>
/// Writes faults for people, each with its line of the file and a caret below the place:
/// <code>
/// flow.yaml:7:5: error: a step has no 'imgae' (steps.hello)
///     imgae: debian
///     ^
///   hint: did you mean 'image'?
/// </code>
/// </summary>
public static class FaultFormatter
{
    private const int WidestLine = 160;

    /// <param name="path">Name of the file as the person knows it.</param>
    /// <param name="source">The file's text, for the lines; null: without them.</param>
    public static string Format(IEnumerable<Fault> faults, string path, string? source = null)
    {
        var lines = source?.Split('\n');
        var text = new StringBuilder();
        foreach (var fault in faults)
            Write(text, fault, path, lines);
        return text.ToString();
    }

    /// <summary>One fault in one line, as editors and other tools read it: <c>path:line:column: error: message</c>.</summary>
    public static string FormatLine(Fault fault, string path)
    {
        var place = fault.Line > 0 ? $"{path}:{fault.Line}:{fault.Column}" : path;
        var where = fault.Where.Length > 0 ? $" ({fault.Where})" : "";
        return $"{place}: {(fault.IsWarning ? "warning" : "error")}: {fault.Message}{where}";
    }

    private static void Write(StringBuilder text, Fault fault, string path, string[]? lines)
    {
        text.Append(FormatLine(fault, path)).Append('\n');
        if (fault.Line > 0 && lines is not null && fault.Line <= lines.Length)
            WriteSource(text, Clean(lines[fault.Line - 1]), fault.Column);
        if (fault.Hint is not null)
            text.Append("  hint: ").Append(fault.Hint).Append('\n');
    }

    private static void WriteSource(StringBuilder text, string line, int column)
    {
        if (string.IsNullOrWhiteSpace(line))
            return;
        var start = column > WidestLine - 20 ? column - 20 : 0;
        var shown = line.AsSpan(Math.Min(start, line.Length));
        text.Append("  ").Append(shown[..Math.Min(shown.Length, WidestLine)]).Append('\n');
        text.Append("  ").Append(' ', Math.Max(0, column - 1 - start)).Append("^\n");
    }

    /// <summary>What a terminal would take for a command is not shown to it.</summary>
    private static string Clean(string line) =>
        string.Create(line.Length, line, static (shown, source) =>
        {
            for (var i = 0; i < shown.Length; i++)
                shown[i] = source[i] == '\t' ? ' ' : char.IsControl(source[i]) ? '\uFFFD' : source[i];
        }).TrimEnd('\uFFFD', ' ');
}
