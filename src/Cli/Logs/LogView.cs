using Twinrunner.Cli.Following;
using Twinrunner.Cli.Terminals;
using Twinrunner.Client;

namespace Twinrunner.Cli.Logs;

/// <summary>Prints log lines: behind the name of their step where there are several, with their times on request.</summary>
internal sealed class LogView(Terminal terminal, bool withNames, bool withTimes) : IExecutionView
{
    private readonly Dictionary<string, int> _colours = [];
    private readonly Lock _gate = new();

    public void Line(string stepId, string stepName, LogLineView line)
    {
        var style = terminal.OutStyle;
        var prefix = withTimes ? style.Paint(Tone.Faint, $"{line.At:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}") + " " : "";
        if (withNames)
            prefix += style.PaintStep(Colour(stepId), $"{stepName} |") + " ";
        var text = terminal.ForOut(line.Text);
        if (line.Stream is LogStreamKind.Runner)
            text = style.Paint(Tone.Faint, text);
        else if (line.Stream is LogStreamKind.Stderr && terminal.OutIsTerminal)
            text = style.Paint(Tone.Warning, text);
        terminal.Print(prefix + text);
    }

    private int Colour(string stepId)
    {
        lock (_gate)
        {
            if (!_colours.TryGetValue(stepId, out var colour))
                _colours[stepId] = colour = _colours.Count;
            return colour;
        }
    }
}
