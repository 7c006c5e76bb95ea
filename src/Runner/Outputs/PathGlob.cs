using System.Text;
using System.Text.RegularExpressions;

namespace Twinrunner.Runner.Outputs;

/// <summary>
/// A pattern over relative paths: <c>*</c> and <c>?</c> stay within one name, <c>**</c> between slashes stands for any
/// folders, <c>[a-z]</c> and <c>[!a-z]</c> for one character. A pattern that matches a folder takes everything in it.
/// </summary>
public sealed class PathGlob
{
    private readonly Regex _regex;

    public PathGlob(string pattern)
    {
        Pattern = pattern;
        // Not backtracking: the time is linear in the path whatever the pattern.
        _regex = new(Translate(pattern.TrimEnd('/')), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.Singleline);
    }

    public string Pattern { get; }

    public bool Matches(string path) => _regex.IsMatch(path);

    private static string Translate(string pattern)
    {
        var regex = new StringBuilder(@"\A(?:");
        for (var i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '*' when pattern.AsSpan(i).StartsWith("**/"):
                    regex.Append("(?:[^/]+/)*");
                    i += 2;
                    break;
                case '*' when pattern.AsSpan(i).SequenceEqual("**"):
                    regex.Append(".*");
                    i++;
                    break;
                case '*':
                    regex.Append("[^/]*");
                    break;
                case '?':
                    regex.Append("[^/]");
                    break;
                case '[' when pattern.IndexOf(']', i + 2) is > 0 and var end:
                    regex.Append(Set(pattern[(i + 1)..end]));
                    i = end;
                    break;
                default:
                    regex.Append(Regex.Escape(pattern[i].ToString()));
                    break;
            }
        }
        return regex.Append(@")(?:/.*)?\z").ToString();
    }

    private static string Set(string members)
    {
        var negated = members.StartsWith('!') || members.StartsWith('^');
        var text = (negated ? members[1..] : members).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("[", "\\[", StringComparison.Ordinal).Replace("^", "\\^", StringComparison.Ordinal);
        // A set never matches a slash: it stays within one name.
        return negated ? $"[^/{text}]" : $"[{text}]";
    }
}
