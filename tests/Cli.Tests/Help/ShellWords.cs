using System.Text;

namespace Twinrunner.Cli.Tests.Help;

/// <summary>The words of the first <c>twin</c> command in a shell line, as a shell would pass them.</summary>
internal static class ShellWords
{
    public static IReadOnlyList<string> Of(string line)
    {
        var start = line.IndexOf("twin ", StringComparison.Ordinal);
        var words = new List<string>();
        var word = new StringBuilder();
        char? quote = null;
        foreach (var character in line[(start + "twin ".Length)..])
        {
            if (quote is null && (character is '|' or '&' or '>' or '<' or ';' || (character == ')' && line[..start].EndsWith('('))))
                break;
            if (character == quote)
                quote = null;
            else if (quote is null && character is '\'' or '"')
                quote = character;
            else if (quote is null && character == ' ')
                Flush();
            else
                word.Append(character);
        }
        Flush();
        return words;

        void Flush()
        {
            if (word.Length > 0)
                words.Add(word.ToString());
            word.Clear();
        }
    }
}
