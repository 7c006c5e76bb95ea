namespace Twinrunner.Runner.Executors;

/// <summary>
/// Variables that tell a step where its folders are, so that one script runs as a container and as a process. In a container they hold
/// the paths that ODTP's contract fixes. What the plan sets itself wins.
/// </summary>
internal static class StepVariables
{
    public const string Input = "ODTP_INPUT";
    public const string Output = "ODTP_OUTPUT";
    public const string Logs = "ODTP_LOGS";
    public const string Workdir = "ODTP_WORKDIR";

    public static Dictionary<string, string> With(IReadOnlyDictionary<string, string> environment, string input, string output, string logs, string workdir)
    {
        var all = new Dictionary<string, string> { [Input] = input, [Output] = output, [Logs] = logs, [Workdir] = workdir };
        foreach (var (name, value) in environment)
            all[name] = value;
        return all;
    }
}
