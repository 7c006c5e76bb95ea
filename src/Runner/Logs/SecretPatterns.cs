using System.Text;
using System.Text.Encodings.Web;

namespace Twinrunner.Runner.Logs;

/// <summary>
/// What to look for in a log so that secrets don't show: each value as it is, and in the encodings that programs print them
/// in. Values below four characters are not looked for: they would mask ordinary text, and masking them would tell them.
/// </summary>
internal sealed class SecretPatterns
{
    public const int ShortestValue = 4;
    private const int ShortestLine = 8;

    private SecretPatterns(byte[][] patterns)
    {
        Patterns = patterns;
        Longest = patterns.Length == 0 ? 0 : patterns.Max(pattern => pattern.Length);
    }

    /// <summary>Longest first.</summary>
    public byte[][] Patterns { get; }

    public int Longest { get; }

    public static SecretPatterns For(IEnumerable<string> values)
    {
        var patterns = new HashSet<string>(StringComparer.Ordinal);
        foreach (var value in values)
        {
            Add(patterns, value);
            Add(patterns, value.Trim());
            // Tools indent and re-wrap the lines of a key or a certificate.
            var lines = value.Split('\n', StringSplitOptions.TrimEntries);
            foreach (var line in lines.Where(line => lines.Length > 1 && line.Length >= ShortestLine))
                Add(patterns, line);
        }
        return new([.. patterns.Select(Encoding.UTF8.GetBytes).OrderByDescending(pattern => pattern.Length)]);
    }

    private static void Add(HashSet<string> patterns, string value)
    {
        if (value.Length < ShortestValue)
            return;
        patterns.Add(value);
        var bytes = Encoding.UTF8.GetBytes(value);
        patterns.Add(Convert.ToHexString(bytes));
        patterns.Add(Convert.ToHexStringLower(bytes));
        foreach (var text in Base64(bytes))
        {
            patterns.Add(text);
            patterns.Add(text.Replace('+', '-').Replace('/', '_'));
        }
        var url = Uri.EscapeDataString(value);
        patterns.Add(url);
        patterns.Add(LowerEscapes(url, '%', 2));
        patterns.Add(url.Replace("%20", "+", StringComparison.Ordinal));
        foreach (var encoder in new[] { JavaScriptEncoder.Default, JavaScriptEncoder.UnsafeRelaxedJsonEscaping })
        {
            var json = encoder.Encode(value);
            patterns.Add(json);
            patterns.Add(LowerEscapes(json, 'u', 4));
        }
        // In a shell's single quotes, the two usual ways, and in its double quotes.
        patterns.Add(value.Replace("'", "'\\''", StringComparison.Ordinal));
        patterns.Add(value.Replace("'", "'\"'\"'", StringComparison.Ordinal));
        patterns.Add(value
            .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("$", "\\$", StringComparison.Ordinal).Replace("`", "\\`", StringComparison.Ordinal));
    }

    /// <summary>
    /// The value on its own, and what of its encoding doesn't depend on the bytes before and after it, at each of the three
    /// places where it can begin in a group of three bytes.
    /// </summary>
    private static IEnumerable<string> Base64(byte[] value)
    {
        yield return Convert.ToBase64String(value);
        for (var before = 0; before < 3; before++)
        {
            var text = Convert.ToBase64String([.. new byte[before], .. value]);
            var first = (before * 8 + 5) / 6;
            var end = (before + value.Length) * 8 / 6;
            if (end - first >= ShortestValue)
                yield return text[first..end];
        }
    }

    private static string LowerEscapes(string text, char mark, int digits)
    {
        var lower = text.ToCharArray();
        for (var i = 0; i < lower.Length - digits; i++)
        {
            if (lower[i] != mark || (mark == 'u' && (i == 0 || lower[i - 1] != '\\')))
                continue;
            for (var digit = 1; digit <= digits; digit++)
                lower[i + digit] = char.ToLowerInvariant(lower[i + digit]);
        }
        return new(lower);
    }
}
