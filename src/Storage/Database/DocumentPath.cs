using System.Text.RegularExpressions;

namespace Twinrunner.Storage.Database;

/// <summary>What names of collections and paths to fields may be: they are the only text from outside that becomes part of a query.</summary>
internal static partial class DocumentPath
{
    /// <exception cref="ArgumentException">The path holds something else than names of letters, digits and - _ / joined by dots.</exception>
    public static string Check(string path) => PathPattern().IsMatch(path)
        ? path
        : throw new ArgumentException($"'{path}' is not a path: names of letters, digits, '-', '_' and '/', joined by dots.", nameof(path));

    /// <exception cref="ArgumentException">It isn't a letter, followed by letters, digits and - _.</exception>
    public static string CheckCollection(string name) => NamePattern().IsMatch(name)
        ? name
        : throw new ArgumentException($"'{name}' is not a name of a collection: a letter, then letters, digits, '-' and '_'.", nameof(name));

    [GeneratedRegex(@"\A[A-Za-z0-9_/-]+(\.[A-Za-z0-9_/-]+)*\z")]
    private static partial Regex PathPattern();

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9_-]{0,62}\z")]
    private static partial Regex NamePattern();
}
