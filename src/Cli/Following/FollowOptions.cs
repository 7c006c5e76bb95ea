using System.CommandLine;
using Twinrunner.Cli.Executions;
using Twinrunner.Cli.Options;
using Twinrunner.Cli.Servers;
using Twinrunner.Cli.Terminals;
using Twinrunner.Client;

namespace Twinrunner.Cli.Following;

/// <summary>The shared part of every verb that starts something and stays with it: options, following, summary, exit code.</summary>
internal sealed class FollowOptions
{
    private readonly Option<bool> _detach = new("--detach", "-d") { Description = "Print the id and return at once; the server goes on." };
    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Don't show the logs of the steps." };

    public OutputOption Output { get; } = new();

    public void AddTo(Command command)
    {
        command.Add(_detach);
        command.Add(_quiet);
        command.Add(Output);
    }

    /// <summary>Refuses what can't work before anything is started.</summary>
    public void Check(ParseResult arguments, ServerConnection server)
    {
        if (arguments.GetValue(_detach) && !server.Stays)
        {
            throw CliError.Usage(
                "--detach needs a server that stays when this command ends, and none serves the data folder",
                "start one with `twin serve`, or leave --detach out");
        }
    }

    /// <summary>Stays with a started execution to its end.</summary>
    /// <param name="after">Id of the last event before it was started; null: none.</param>
    public async Task<int> FollowAsync(
        ParseResult arguments, CliContext context, ServerConnection server, ExecutionView started, string? after, CancellationToken cancellationToken)
    {
        var terminal = context.Terminal;
        var json = Output.IsJson(arguments);
        if (arguments.GetValue(_detach))
        {
            if (json)
                Output.Print(arguments, terminal, started, _ => { });
            else
                terminal.Print(started.Id);
            return ExitCode.Success;
        }
        terminal.Note($"execution {started.Id} ({terminal.ForError(started.Title)}), {Humane.Count(started.StepCount, "step")}");
        var steps = await server.AskAsync(client => client.ListStepsAsync(started.Id, after: null, limit: 500, cancellationToken), cancellationToken);
        var view = new LiveView(terminal, context.Time, steps.Items, started.StepCount, logsToError: json);
        var quiet = arguments.GetValue(_quiet);
        var follower = new ExecutionFollower(server, context, view) { WantsLogOf = _ => !quiet };
        var ended = await FollowAsync(context, server, follower, started.Id, after, cancellationToken);
        await SummariseAsync(context, server, ended, json, cancellationToken);
        return CodeOf(ended.Status);
    }

    public static int CodeOf(ExecutionStatus status) => status switch
    {
        ExecutionStatus.Succeeded => ExitCode.Success,
        ExecutionStatus.Cancelled => ExitCode.Cancelled,
        _ => ExitCode.RunFailed,
    };

    private static async Task<ExecutionView> FollowAsync(
        CliContext context, ServerConnection server, ExecutionFollower follower, string id, string? after, CancellationToken cancellationToken)
    {
        Task cancelling = Task.CompletedTask;
        using var interrupt = context.Interrupts.OnFirst(() => cancelling = CancelAsync(context, server, id, cancellationToken));
        try
        {
            return await follower.FollowAsync(id, after, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            context.Terminal.Note(server.IsEmbedded
                ? $"left {id}: what runs goes on; `twin serve` or the next `twin run` takes it over"
                : $"left {id}: it goes on; `twin wait {Naming.Short(id)}` waits for it");
            throw;
        }
        finally
        {
            await cancelling;
        }
    }

    private static async Task CancelAsync(CliContext context, ServerConnection server, string id, CancellationToken cancellationToken)
    {
        context.Terminal.Note("cancelling; Ctrl-C again leaves at once");
        try
        {
            await server.AskAsync(client => client.CancelExecutionAsync(id, "cancelled by Ctrl-C", cancellationToken), cancellationToken);
        }
        catch (Exception failure) when (failure is ApiException or ServerUnreachableException or OperationCanceledException)
        {
            // It may have ended meanwhile. Whatever it was, following it shows the end.
            context.Terminal.Note($"it could not be cancelled: {failure.Message}");
        }
    }

    private static async Task SummariseAsync(CliContext context, ServerConnection server, ExecutionView ended, bool json, CancellationToken cancellationToken)
    {
        var terminal = context.Terminal;
        var steps = await Pages.AllAsync(
            (after, token) => server.AskAsync(client => client.ListStepsAsync(ended.Id, after, limit: 500, token), token), cancellationToken);
        if (json)
        {
            terminal.Print(ExecutionJson.Write(ended, steps));
            return;
        }
        var style = terminal.ErrorStyle;
        var text = new StringWriter();
        text.WriteLine();
        StepTable.Write(steps, text, style, terminal.ErrorIsTerminal ? terminal.Width : null, context.Time);
        text.WriteLine();
        var time = Humane.Duration(ended.StartedAt, ended.EndedAt, context.Time);
        var why = ended.Message is null || ended.Status is ExecutionStatus.Succeeded ? "" : ": " + terminal.ForError(ended.Message);
        text.WriteLine($"{style.Paint(Tones.Of(ended.Status), ended.Status.ToString())}{(time.Length > 0 ? $" after {time}" : "")}{why}");
        text.Write(NextSteps(ended, steps));
        terminal.Note(text.ToString());
    }

    private static string NextSteps(ExecutionView ended, IReadOnlyList<StepView> steps)
    {
        var id = Naming.Short(ended.Id);
        return ended.Status switch
        {
            ExecutionStatus.Succeeded => $"outputs: twin outputs {id}    fetch them: twin cp {id}/STEP FOLDER",
            _ when steps.FirstOrDefault(step => step.Status is StepStatus.Failed) is { } failed =>
                $"its log: twin logs {id} {failed.Name}    go on after a repair: twin resume {id}",
            _ => $"go on: twin resume {id}",
        };
    }
}
