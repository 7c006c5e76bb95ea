namespace Twinrunner.Cli.Outputs;

/// <summary><c>EXECUTION[/STEP[:PATH]]</c>, as it is typed.</summary>
internal sealed record OutputAddress(string Execution, string? Step, string Path)
{
    public static OutputAddress Parse(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
            return new OutputAddress(text, null, "");
        var rest = text[(slash + 1)..];
        var colon = rest.IndexOf(':', StringComparison.Ordinal);
        var step = colon < 0 ? rest : rest[..colon];
        if (slash == 0 || step.Length == 0)
            throw CliError.Usage($"'{text}' names no output", "write it as EXECUTION/STEP or EXECUTION/STEP:PATH, for example last/report:summary.csv");
        return new OutputAddress(text[..slash], step, colon < 0 ? "" : rest[(colon + 1)..].Trim('/'));
    }
}
