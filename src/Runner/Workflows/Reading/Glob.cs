namespace Twinrunner.Runner.Workflows.Reading;

/// <summary>Which globs and relative paths a workflow file may have: <c>*</c>, <c>**</c>, <c>?</c>, <c>[a-z]</c> over paths with <c>/</c>.</summary>
internal static class Glob
{
    private const int Longest = 1024;

    public static string? Problem(string glob)
    {
        if (glob.Length == 0)
            return "a glob can't be empty";
        if (PathProblem(glob) is { } problem)
            return problem;
        var open = false;
        foreach (var c in glob)
        {
            if (c == '[' && !open)
                open = true;
            else if (c == ']')
                open = false;
            else if (c == '/' && open)
                break;
        }
        if (open)
            return $"'[' in '{glob}' is not closed";
        return glob.Split('/').Any(part => part.Contains("**", StringComparison.Ordinal) && part != "**")
            ? $"'**' in '{glob}' must stand alone between slashes"
            : null;
    }

    public static string? PathProblem(string path)
    {
        if (path.Length > Longest)
            return $"a path has at most {Longest} characters";
        if (path.StartsWith('/'))
            return $"'{path}' must be relative, without the leading slash";
        if (path.Contains('\\') || path.Any(char.IsControl))
            return $"a path takes neither backslashes nor control characters";
        return path.Split('/').Contains("..") ? $"'{path}' must not lead out with '..'" : null;
    }
}
