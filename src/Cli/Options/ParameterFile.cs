using System.Text;
using System.Text.Json;
using Twinrunner.Client;

namespace Twinrunner.Cli.Options;

/// <summary>
/// A file of parameters: a JSON object, or dotenv as ODTP's users write it. In dotenv a value stands as it is up to the end
/// of its line; single quotes keep everything, double quotes also know \n, \t, \" and \\, and both may span lines. Nothing is
/// ever expanded: a dollar sign is a dollar sign.
/// </summary>
internal static class ParameterFile
{
    public static IReadOnlyDictionary<string, JsonElement> Parse(string text, string name)
    {
        return text.AsSpan().TrimStart().StartsWith("{") ? ParseJson(text, name) : ParseDotenv(text, name);
    }

    private static Dictionary<string, JsonElement> ParseJson(string text, string name)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            return document.RootElement.EnumerateObject().ToDictionary(member => member.Name, member => member.Value.Clone());
        }
        catch (JsonException failure)
        {
            throw CliError.Usage($"{name}:{failure.LineNumber + 1}:{failure.BytePositionInLine + 1}: this is no JSON object: {failure.Message}");
        }
        catch (ArgumentException)
        {
            throw CliError.Usage($"{name}: a name stands in it twice");
        }
    }

    private static Dictionary<string, JsonElement> ParseDotenv(string text, string name)
    {
        var parameters = new Dictionary<string, JsonElement>();
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        for (var number = 0; number < lines.Length; number++)
        {
            var line = lines[number].TrimStart();
            if (line.Length == 0 || line[0] == '#')
                continue;
            var first = number;
            if (line.StartsWith("export ", StringComparison.Ordinal))
                line = line["export ".Length..].TrimStart();
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
                throw CliError.Usage($"{name}:{first + 1}: NAME=value belongs here, not '{line.TrimEnd()}'");
            var value = line[(equals + 1)..].TrimStart();
            value = value is ['"' or '\'', ..] ? Quoted(value, lines, ref number, $"{name}:{first + 1}") : value.TrimEnd();
            parameters[line[..equals].TrimEnd()] = JsonSerializer.SerializeToElement(value, WireJson.Default.String);
        }
        return parameters;
    }

    private static string Quoted(string start, string[] lines, ref int number, string where)
    {
        var quote = start[0];
        var value = new StringBuilder();
        var line = start[1..];
        while (true)
        {
            for (var i = 0; i < line.Length; i++)
            {
                if (line[i] == quote)
                {
                    var rest = line[(i + 1)..].Trim();
                    // A quote that more text follows was no quotation: "a" and "b" is a value like any other.
                    return rest.Length == 0 || rest[0] == '#' ? value.ToString() : start.TrimEnd();
                }
                if (quote == '"' && line[i] == '\\' && i + 1 < line.Length)
                    value.Append(Escaped(line[++i]));
                else
                    value.Append(line[i]);
            }
            if (++number >= lines.Length)
                throw CliError.Usage($"{where}: the quotation that starts here has no end");
            value.Append('\n');
            line = lines[number];
        }
    }

    private static string Escaped(char character) => character switch
    {
        'n' => "\n",
        't' => "\t",
        'r' => "\r",
        '"' or '\\' => character.ToString(),
        _ => "\\" + character,
    };
}
