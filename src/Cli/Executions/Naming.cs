using Twinrunner.Client;

namespace Twinrunner.Cli.Executions;

/// <summary>Finds what people name loosely: <c>last</c>, the beginning or the end of an id, the name of a step.</summary>
internal static class Naming
{
    private const int SearchedPages = 4;
    private const int PageSize = 500;
    private const int IdLength = 24;

    /// <summary>The id of the execution that is meant.</summary>
    public static async Task<string> ExecutionAsync(RunnerClient client, string text, CancellationToken cancellationToken)
    {
        if (text is "last")
        {
            var newest = await client.ListExecutionsAsync(new ExecutionQuery { Limit = 1 }, cancellationToken);
            return newest.Items is [var last, ..] ? last.Id : throw CliError.NotFound("there is no execution yet", "start one: twin run FILE");
        }
        var id = text.ToLowerInvariant();
        if (id.Length == IdLength)
            return id;
        var found = new List<ExecutionSummary>();
        string? after = null;
        for (var page = 0; page < SearchedPages; page++)
        {
            var executions = await client.ListExecutionsAsync(new ExecutionQuery { After = after, Limit = PageSize }, cancellationToken);
            found.AddRange(executions.Items.Where(execution => Matches(execution.Id, id)));
            after = executions.Next;
            if (after is null)
                break;
        }
        return found switch
        {
            [var one] => one.Id,
            [] => throw CliError.NotFound($"there is no execution '{text}' among the newest {SearchedPages * PageSize}", "twin ls shows what there is"),
            _ => throw CliError.NotFound(
                $"'{text}' could be any of {string.Join(", ", found.Take(5).Select(execution => execution.Id))}{(found.Count > 5 ? ", …" : "")}",
                "give more digits"),
        };
    }

    /// <summary>The step of that name, or with that id.</summary>
    public static async Task<StepView> StepAsync(RunnerClient client, string executionId, string name, CancellationToken cancellationToken)
    {
        var names = new List<string>();
        await foreach (var step in client.AllStepsAsync(executionId, cancellationToken))
        {
            if (step.Name == name || step.Id == name)
                return step;
            if (names.Count < 20)
                names.Add(step.Name);
        }
        throw CliError.NotFound($"execution {executionId} has no step '{name}'", $"its steps are {string.Join(", ", names)}");
    }

    /// <summary>The shortest text that still names it in practice: the end, which differs the most.</summary>
    public static string Short(string id) => id.Length == IdLength ? id[^8..] : id;

    private static bool Matches(string id, string part) =>
        part.Length >= 3 && (id.StartsWith(part, StringComparison.Ordinal) || id.EndsWith(part, StringComparison.Ordinal));
}
