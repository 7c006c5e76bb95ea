using System.Text;
using System.Text.RegularExpressions;
using Twinrunner.Runner.Outputs.Files;

namespace Twinrunner.Runner.Outputs;

/// <summary>The file in which a step sets values for later steps: <c>KEY=value</c> lines; the value goes to the line's end as it is.</summary>
internal static partial class OutputValuesFile
{
    public const string Name = "outputs.env";

    private const int MaxBytes = 256 * 1024;

    public static IReadOnlyDictionary<string, string> Read(string logsFolder, List<string> warnings)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        using var folder = OpenFolder.Open(logsFolder);
        using var file = folder.OpenFile("outputs.env"u8);
        if (file is null || OpenFolder.Status(file) is not { Kind: FileKind.File } status)
            return values;
        if (status.Size > MaxBytes)
        {
            warnings.Add($"{Name} has {status.Size:N0} bytes; only files up to {MaxBytes:N0} are read. No values were taken from it.");
            return values;
        }
        var bytes = new byte[status.Size];
        var count = RandomAccess.Read(file, bytes, 0);
        var number = 0;
        foreach (var line in Encoding.UTF8.GetString(bytes, 0, count).Split('\n'))
        {
            number++;
            var text = line.TrimEnd('\r');
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && NamePattern().IsMatch(text.AsSpan(0, equals)))
                values[text[..equals]] = text[(equals + 1)..];
            else if (text.Trim() is { Length: > 0 } and not ['#', ..])
                warnings.Add($"{Name}, line {number}: expected NAME=value, with letters, digits and underscores in the name. The line was ignored.");
        }
        return values;
    }

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]*\z")]
    private static partial Regex NamePattern();
}
