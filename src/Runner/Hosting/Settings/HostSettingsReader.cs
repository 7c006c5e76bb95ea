using System.Text.Json;

namespace Twinrunner.Runner.Hosting;

/// <summary>Reads settings: flags go over the environment, the environment over <c>twinrunner.json</c> in the data folder, that over defaults.</summary>
public static class HostSettingsReader
{
    public const string FileName = "twinrunner.json";

    /// <param name="flags">Text by flag, with its dashes (<c>--slots</c>); <c>--data</c> is the data folder.</param>
    /// <param name="environment">Value of an environment variable, or null.</param>
    /// <exception cref="InvalidSettingsException">All faults at once.</exception>
    public static HostSettings Read(IReadOnlyDictionary<string, string> flags, Func<string, string?> environment)
    {
        var faults = new List<string>();
        var settings = new HostSettings
        {
            DataFolder = Path.GetFullPath(flags.GetValueOrDefault("--data") ?? DataFolder.DefaultPath(environment)),
            Environment = environment,
        };
        var file = ReadFile(Path.Combine(settings.DataFolder, FileName), faults);
        foreach (var setting in HostSettingList.All)
        {
            foreach (var (source, text) in Sources(setting, flags, environment, file))
            {
                try
                {
                    settings = setting.Apply(settings, text);
                }
                catch (FormatException exception)
                {
                    faults.Add($"{source} is '{Shown(setting, text)}': {exception.Message}");
                }
            }
        }
        faults.AddRange(HostSettingsCheck.Faults(settings));
        return faults.Count == 0 ? settings : throw new InvalidSettingsException(faults);
    }

    /// <summary>Where the setting is given, the weakest first. A weaker one is read, too, so that its fault does not appear on the day on which the stronger one is gone.</summary>
    private static IEnumerable<(string Source, string Text)> Sources(
        HostSetting setting, IReadOnlyDictionary<string, string> flags, Func<string, string?> environment, Dictionary<string, string> file)
    {
        if (file.TryGetValue(setting.Name, out var inFile))
            yield return ($"'{setting.Name}' in {FileName}", inFile);
        if (environment(setting.Variable) is { Length: > 0 } variable)
            yield return (setting.Variable, variable);
        if (setting.Flag is { } flag && flags.TryGetValue(flag, out var given))
            yield return (flag, given);
    }

    /// <summary>Without secrets: an address may hold a password, too.</summary>
    private static string Shown(HostSetting setting, string text) =>
        setting.IsSecret ? "…" : text.IndexOf("//", StringComparison.Ordinal) is >= 0 and var start && text.LastIndexOf('@') is var end && end > start
            ? $"{text[..(start + 2)]}…{text[end..]}"
            : text;

    private static Dictionary<string, string> ReadFile(string path, List<string> faults)
    {
        var values = new Dictionary<string, string>();
        try
        {
            if (!File.Exists(path))
                return values;
            using var document = JsonDocument.Parse(
                File.ReadAllBytes(path),
                new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new JsonException("expected an object");
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (!HostSettingList.All.Any(setting => setting.Name == property.Name && !setting.IsSecret))
                    faults.Add($"'{property.Name}' in {FileName} is no setting: {string.Join(", ", HostSettingList.All.Where(s => !s.IsSecret).Select(s => s.Name))} are");
                else if (Text(property.Value) is { } text)
                    values[property.Name] = text;
                else
                    faults.Add($"'{property.Name}' in {FileName} is neither text, number, yes/no, nor a list of texts");
            }
        }
        catch (JsonException exception)
        {
            faults.Add($"{path} can't be read: {exception.Message}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            faults.Add($"{path} can't be read: {exception.Message}");
        }
        return values;
    }

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.True => "yes",
        JsonValueKind.False => "no",
        JsonValueKind.Array when value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String) =>
            string.Join(',', value.EnumerateArray().Select(item => item.GetString())),
        _ => null,
    };
}
