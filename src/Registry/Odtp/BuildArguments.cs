using System.Text.Json;

namespace Twinrunner.Registry.Odtp;

/// <summary><c>build-args</c> of a version, from the JSON that is stored of it (by us or by ODTP).</summary>
public static class BuildArguments
{
    /// <summary>Reads a mapping of names to values, or a list of <c>NAME=value</c>, <c>{name, value}</c> or <c>{NAME: value}</c>. A name without a value is left out: the Dockerfile's default counts.</summary>
    public static IReadOnlyDictionary<string, string> Read(JsonElement? part)
    {
        var arguments = new Dictionary<string, string>(StringComparer.Ordinal);
        if (part is { ValueKind: JsonValueKind.Object } byName)
            AddAll(byName, arguments);
        else if (part is { ValueKind: JsonValueKind.Array } list)
            foreach (var item in list.EnumerateArray())
                AddItem(item, arguments);
        return arguments;
    }

    private static void AddItem(JsonElement item, Dictionary<string, string> arguments)
    {
        if (item.ValueKind == JsonValueKind.String && item.GetString()!.Split('=', 2) is [var key, var text])
            Add(key, text, arguments);
        else if (item.ValueKind == JsonValueKind.Object && item.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String)
            Add(name.GetString()!, Value(item), arguments);
        else if (item.ValueKind == JsonValueKind.Object)
            AddAll(item, arguments);
    }

    private static void AddAll(JsonElement mapping, Dictionary<string, string> arguments)
    {
        foreach (var property in mapping.EnumerateObject())
            Add(property.Name, Text(property.Value), arguments);
    }

    private static string? Value(JsonElement item)
    {
        foreach (var key in (ReadOnlySpan<string>)["value", "default-value", "default_value", "default"])
            if (item.TryGetProperty(key, out var value))
                return Text(value);
        return null;
    }

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        _ => null,
    };

    private static void Add(string name, string? value, Dictionary<string, string> arguments)
    {
        if (value is not null && EnvironmentName.IsPossible(name.Trim()))
            arguments[name.Trim()] = value;
    }
}
