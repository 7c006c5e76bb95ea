using System.CommandLine;
using System.CommandLine.Completions;
using Twinrunner.Cli.Servers;
using Twinrunner.Client;

namespace Twinrunner.Cli.Options;

/// <summary>An execution, by id, by the beginning or end of one, or <c>last</c>.</summary>
internal sealed class ExecutionArgument : Argument<string>
{
    public ExecutionArgument(CliContext context) : base("EXECUTION")
    {
        Description = "Its id, the beginning or the end of it, or last for the newest.";
        CompletionSources.Add(completion => ExecutionCompletions.Find(completion, context));
    }
}

/// <summary>Ids of executions for the shell's completion, from a server that runs already.</summary>
internal static class ExecutionCompletions
{
    /// <summary>A shell that hangs at the Tab key is worse than one that knows nothing.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    public static IEnumerable<CompletionItem> Find(CompletionContext completion, CliContext context)
    {
        yield return new CompletionItem("last");
        foreach (var id in Ids(completion, context))
            yield return new CompletionItem(id);
    }

    private static IReadOnlyList<string> Ids(CompletionContext completion, CliContext context)
    {
        try
        {
            using var patience = new CancellationTokenSource(Patience, context.Time);
            // The shell waits for the answer, and the parser's sources are synchronous.
            return IdsAsync(ServerChoice.From(completion.ParseResult, context.Environment, drives: false), patience.Token).GetAwaiter().GetResult();
        }
        catch (Exception failure) when (failure is CliError or ApiException or ServerUnreachableException or OperationCanceledException)
        {
            return [];
        }
    }

    private static async Task<IReadOnlyList<string>> IdsAsync(ServerChoice choice, CancellationToken cancellationToken)
    {
        if ((choice.Address ?? ServingProcess.Read(choice.DataFolder)) is not { } address)
            return [];
        using var client = RunnerClient.Create(address, choice.Token);
        var page = await client.ListExecutionsAsync(new ExecutionQuery { Limit = 20 }, cancellationToken);
        return [.. page.Items.Select(execution => execution.Id)];
    }
}
