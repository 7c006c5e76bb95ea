namespace Twinrunner.Cli.Terminals;

/// <summary>A value in a table, and its meaning.</summary>
internal readonly record struct Cell(string Text, Tone Tone = Tone.Plain)
{
    public static implicit operator Cell(string? text) => new(text ?? "");
}

/// <summary>
/// Columns separated by two spaces under a heading, as kubectl and docker print them: easy to read, and to cut and grep.
/// Only on a terminal is a line cut to the width, so that rows don't wrap.
/// </summary>
internal sealed class Table(params string[] headings)
{
    private readonly List<Cell[]> _rows = [];

    public void Add(params Cell[] cells) => _rows.Add(cells);

    public void WriteTo(TextWriter writer, Style style, int? width)
    {
        var cleaned = _rows.ConvertAll(row => Array.ConvertAll(row, cell => cell with { Text = OneLine(cell.Text) }));
        var widths = new int[headings.Length];
        for (var column = 0; column < headings.Length; column++)
            widths[column] = cleaned.Select(row => row[column].Text.Length).Append(headings[column].Length).Max();
        WriteRow(writer, style, width, widths, Array.ConvertAll(headings, heading => new Cell(heading, Tone.Faint)));
        foreach (var row in cleaned)
            WriteRow(writer, style, width, widths, row);
    }

    private static void WriteRow(TextWriter writer, Style style, int? width, int[] widths, Cell[] cells)
    {
        var left = width ?? int.MaxValue;
        var last = Array.FindLastIndex(cells, cell => cell.Text.Length > 0);
        for (var column = 0; column <= last && left > 0; column++)
        {
            var text = Cut(cells[column].Text, left);
            writer.Write(style.Paint(cells[column].Tone, text));
            left -= text.Length;
            if (column == last)
                break;
            var padding = Math.Min(widths[column] - text.Length + 2, left);
            writer.Write(new string(' ', padding));
            left -= padding;
        }
        writer.WriteLine();
    }

    private static string Cut(string text, int length) =>
        text.Length <= length ? text : length > 1 ? text[..(length - 1)] + "…" : text[..length];

    private static string OneLine(string text) => TerminalText.Neutralise(text.ReplaceLineEndings(" "));
}
