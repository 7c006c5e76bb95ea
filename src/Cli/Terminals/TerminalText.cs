using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace Twinrunner.Cli.Terminals;

/// <summary>
/// Makes text from components harmless for a terminal. An escape sequence in a log could otherwise move the cursor, rename
/// the window, write the clipboard, or hide lines. Colour sequences are dropped; any other control character becomes its
/// visible picture (ESC as ␛), and characters that reorder text become U+FFFD.
/// </summary>
internal static partial class TerminalText
{
    private static readonly SearchValues<char> Suspicious = SearchValues.Create(AllSuspicious());

    public static string Neutralise(string text)
    {
        if (!text.AsSpan().ContainsAny(Suspicious))
            return text;
        var safe = new StringBuilder(text.Length);
        foreach (var character in ColourSequence().Replace(text, ""))
            safe.Append(Suspicious.Contains(character) ? Visible(character) : character);
        return safe.ToString();
    }

    private static char Visible(char character) => character switch
    {
        < ' ' => (char)('\u2400' + character),
        '\u007f' => '\u2421',
        _ => '\ufffd',
    };

    private static string AllSuspicious()
    {
        var all = new StringBuilder();
        for (var c = '\0'; c <= '\u009f'; c++)
            if (char.IsControl(c) && c != '\t')
                all.Append(c);
        // Marks, embeddings, overrides and isolates of the bidirectional algorithm.
        return all.Append("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069").ToString();
    }

    [GeneratedRegex("\u001b\\[[0-9;:]{0,40}m", RegexOptions.CultureInvariant)]
    private static partial Regex ColourSequence();
}
