namespace Twinrunner.Cli.Components;

/// <summary><c>NAME[@VERSION]</c>, as workflow files write it, too.</summary>
internal static class ComponentName
{
    public static (string Name, string? Version) Split(string text)
    {
        var at = text.LastIndexOf('@');
        return at > 0 && at < text.Length - 1 ? (text[..at], text[(at + 1)..]) : (text, null);
    }
}
