namespace Twinrunner.Cli.Terminals;

/// <summary>
/// The three streams of the command and what they are connected to. Data goes to <see cref="Out"/>, everything else to
/// <see cref="Error"/>. Colours, and whatever moves, are for terminals only; <c>NO_COLOR</c> and <c>TERM=dumb</c> are obeyed.
/// </summary>
internal sealed class Terminal(TextWriter output, TextWriter error, TextReader input)
{
    private readonly Lock _gate = new();
    private string _status = "";

    public TextWriter Out { get; } = output;
    public TextWriter Error { get; } = error;
    public TextReader In { get; } = input;

    /// <summary>Stdout for bytes that must stay exact; null where it is text only (tests).</summary>
    public Stream? OutBytes { get; init; }

    public bool OutIsTerminal { get; init; }
    public bool ErrorIsTerminal { get; init; }
    public bool InIsTerminal { get; init; }

    /// <summary>Colours are wanted where a stream is a terminal.</summary>
    public bool Colour { get; init; }

    /// <summary>Columns of the terminal; null where there is none, and lines may be as long as they like.</summary>
    public int? Width { get; init; }

    public Style OutStyle => new(Colour && OutIsTerminal);
    public Style ErrorStyle => new(Colour && ErrorIsTerminal);

    public static Terminal OfProcess(Func<string, string?> environment)
    {
        var plain = !string.IsNullOrEmpty(environment("NO_COLOR")) || environment("TERM") is "dumb";
        var bytes = Console.OpenStandardOutput();
        var output = new StreamWriter(bytes, leaveOpen: true) { AutoFlush = true };
        var error = new StreamWriter(Console.OpenStandardError(), leaveOpen: true) { AutoFlush = true };
        return new Terminal(output, error, Console.In)
        {
            OutBytes = bytes,
            OutIsTerminal = !Console.IsOutputRedirected,
            ErrorIsTerminal = !Console.IsErrorRedirected,
            InIsTerminal = !Console.IsInputRedirected,
            Colour = !plain,
            Width = Console.IsOutputRedirected && Console.IsErrorRedirected ? null : WindowWidth(),
        };
    }

    /// <summary>Text from elsewhere, as it may be shown on stdout: made harmless on a terminal, exact in a pipe.</summary>
    public string ForOut(string text) => OutIsTerminal ? TerminalText.Neutralise(text) : text;

    public string ForError(string text) => ErrorIsTerminal ? TerminalText.Neutralise(text) : text;

    /// <summary>A whole line of data. Lines of concurrent writers don't mix, and the status line stays below them.</summary>
    public void Print(string line)
    {
        lock (_gate)
        {
            EraseStatus();
            Out.WriteLine(line);
            DrawStatus();
        }
    }

    /// <summary>A whole line for the person: progress, notes, warnings.</summary>
    public void Note(string line)
    {
        lock (_gate)
        {
            EraseStatus();
            Error.WriteLine(line);
            DrawStatus();
        }
    }

    /// <summary>One line at the bottom that is rewritten in place; nothing where stderr is no terminal. Empty: none.</summary>
    public void ShowStatus(string text)
    {
        if (!ErrorIsTerminal)
            return;
        lock (_gate)
        {
            EraseStatus();
            _status = Width is { } width && text.Length >= width ? text[..(width - 1)] : text;
            DrawStatus();
        }
    }

    private void EraseStatus()
    {
        if (_status.Length > 0)
            Error.Write("\r\e[K");
    }

    private void DrawStatus()
    {
        if (_status.Length > 0)
            Error.Write(ErrorStyle.Paint(Tone.Faint, _status));
    }

    private static int? WindowWidth()
    {
        try
        {
            return Console.WindowWidth is > 0 and var width ? width : null;
        }
        catch (Exception failure) when (failure is IOException or PlatformNotSupportedException)
        {
            return null;
        }
    }
}
