namespace Twinrunner.Registry.Components;

/// <summary>Names under which people find components: in workflow files as <c>name@version</c>, in addresses, on command lines.</summary>
public static class ComponentName
{
    private const int MaxLength = 100;
    private const string Forbidden = "@/\\";

    /// <summary>What is wrong with a name that somebody chose; null: nothing.</summary>
    public static string? Fault(string name)
    {
        if (name.Length is 0 or > MaxLength)
            return $"A component's name has 1 to {MaxLength} characters.";
        if (name[0] == '-' || name.Trim() != name)
            return $"The name '{name}' can't begin with a dash, or begin or end with a space.";
        if (name.Any(c => char.IsControl(c) || Forbidden.Contains(c, StringComparison.Ordinal)))
            return "A component's name can't have '@', '/', '\\' or control characters.";
        if (name is "." or "..")
            return "A component's name can't be only dots.";
        return name.Length == 24 && name.All(char.IsAsciiHexDigit) ? $"The name '{name}' looks like an id." : null;
    }

    /// <summary>A possible name that is as near to what a repository says as can be.</summary>
    public static string From(string written)
    {
        var kept = new string([.. written.Select(c => char.IsControl(c) || Forbidden.Contains(c, StringComparison.Ordinal) ? '-' : c)]);
        if (kept.Length > MaxLength)
            kept = kept[..(char.IsHighSurrogate(kept[MaxLength - 1]) ? MaxLength - 1 : MaxLength)];
        kept = kept.TrimStart('-', ' ').TrimEnd();
        return Fault(kept) is null ? kept : $"component-{kept}".TrimEnd('-');
    }
}
