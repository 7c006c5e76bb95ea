using System.Diagnostics.CodeAnalysis;

namespace Twinrunner.Registry.Odtp;

/// <summary>Names of parameters and secrets become names of environment variables.</summary>
internal static class EnvironmentName
{
    private const int MaxLength = 256;

    /// <summary>The kernel takes anything without <c>=</c> and NUL; line breaks are refused since no shell could ever read such a variable.</summary>
    public static bool IsPossible([NotNullWhen(true)] string? name) =>
        name is { Length: > 0 and <= MaxLength } && !name.Contains('=', StringComparison.Ordinal) && !name.Any(char.IsControl);

    /// <summary>A shell script can read it as <c>$NAME</c>.</summary>
    public static bool IsReadableInShell(string name) =>
        !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
