using System.Text;
using System.Text.RegularExpressions;
using Twinrunner.Runner.Outputs.Files;
using Twinrunner.Storage.Objects;

namespace Twinrunner.Runner.Outputs;

/// <summary>The file in which a step sets values for later steps: <c>KEY=value</c> lines; the value goes to the line's end as it is.</summary>
internal static partial class OutputValuesFile
{
    public const string Name = "outputs.env";

    private const int MaxBytes = 256 * 1024;

    public static IReadOnlyDictionary<string, string> Read(string logsFolder, List<string> warnings)
    {
        using var folder = OpenFolder.Open(logsFolder);
        using var file = folder.OpenFile("outputs.env"u8);
        if (file is null || OpenFolder.Status(file) is not { Kind: FileKind.File } status || IsTooLong(status.Size, warnings))
            return new Dictionary<string, string>();
        var bytes = new byte[status.Size];
        return Parse(Encoding.UTF8.GetString(bytes, 0, RandomAccess.Read(file, bytes, 0)), warnings);
    }

    /// <summary>The text of a file that is stored; empty where it is too long.</summary>
    public static async Task<string> LoadAsync(IObjectStore objects, string key, long size, List<string> warnings, CancellationToken cancellationToken)
    {
        if (IsTooLong(size, warnings) || await objects.GetAsync(key, new(0, MaxBytes), cancellationToken) is not { } content)
            return "";
        using var reader = new StreamReader(content, Encoding.UTF8);
        return await reader.ReadToEndAsync(cancellationToken);
    }

    public static IReadOnlyDictionary<string, string> Parse(string text, List<string> warnings)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            var setting = line.TrimEnd('\r');
            var equals = setting.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && NamePattern().IsMatch(setting.AsSpan(0, equals)))
                values[setting[..equals]] = setting[(equals + 1)..];
            else if (setting.Trim() is { Length: > 0 } and not ['#', ..])
                warnings.Add($"{Name}, line {number}: expected NAME=value, with letters, digits and underscores in the name. The line was ignored.");
        }
        return values;
    }

    private static bool IsTooLong(long size, List<string> warnings)
    {
        if (size <= MaxBytes)
            return false;
        warnings.Add($"{Name} has {size:N0} bytes; only files up to {MaxBytes:N0} are read. No values were taken from it.");
        return true;
    }

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]*\z")]
    private static partial Regex NamePattern();
}
