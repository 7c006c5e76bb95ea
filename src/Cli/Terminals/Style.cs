namespace Twinrunner.Cli.Terminals;

/// <summary>What a piece of text means; its colour follows from that.</summary>
internal enum Tone { Plain, Good, Bad, Busy, Warning, Faint, Strong }

/// <summary>Paints text with escape sequences, or leaves it alone.</summary>
internal readonly record struct Style(bool Enabled)
{
    // The six colours that are readable on dark and on light grounds.
    private static readonly int[] StepColours = [36, 33, 32, 35, 34, 96];

    public string Paint(Tone tone, string text) => tone switch
    {
        Tone.Good => Paint(32, text),
        Tone.Bad => Paint(31, text),
        Tone.Busy => Paint(36, text),
        Tone.Warning => Paint(33, text),
        Tone.Faint => Paint(90, text),
        Tone.Strong => Paint(1, text),
        _ => text,
    };

    /// <summary>Paints the name of a step: the same step has the same colour throughout.</summary>
    public string PaintStep(int index, string text) => Paint(StepColours[index % StepColours.Length], text);

    private string Paint(int code, string text) => Enabled && text.Length > 0 ? $"\e[{code}m{text}\e[0m" : text;
}
