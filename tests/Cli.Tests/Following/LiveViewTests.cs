using Twinrunner.Cli.Following;
using Twinrunner.Cli.Terminals;
using Twinrunner.Client;

namespace Twinrunner.Cli.Tests.Following;

public sealed class LiveViewTests : IDisposable
{
    private readonly StringWriter _out = new();
    private readonly StringWriter _error = new();

    public void Dispose()
    {
        _out.Dispose();
        _error.Dispose();
    }

    [Fact]
    public void Changes_go_to_stderr_and_log_lines_to_stdout_behind_the_name_of_their_step()
    {
        var view = View(["load", "analyse"]);

        view.Show(Change("load", "Running", second: 0));
        view.Line("load", "load", Line("hello"));
        view.Show(Change("load", "Collecting", second: 1));
        view.Show(Change("load", "Succeeded", second: 2));
        view.Show(Change("analyse", "Running", second: 2));
        view.Show(Change("analyse", "Failed", second: 4) with { Reason = FailureReason.ExitCode, Message = "it ended with exit code 3" });

        Assert.Equal("load    | hello\n", _out.ToString());
        Assert.Equal(
            """
            load    * running
            load    * succeeded after 2.0s
            analyse * running
            analyse * failed after 2.0s: ExitCode: it ended with exit code 3

            """, _error.ToString());
    }

    [Fact]
    public void A_further_try_is_said_and_what_a_step_is_busy_with_is_not()
    {
        var view = View(["load"]);

        view.Show(Change("load", "Preparing", second: 0) with { Type = "step.activity", Message = "pulling an image, 41 %" });
        view.Show(Change("load", "Queued", second: 1) with { Type = "step.retry", Reason = FailureReason.OutOfMemory, Message = "it took more than 64 MiB" });
        view.Show(Change("load", "Running", second: 2) with { Attempt = 2 });

        Assert.Equal(
            """
            load * try 1 failed and another follows: OutOfMemory: it took more than 64 MiB
            load * running (try 2)

            """, _error.ToString());
    }

    [Fact]
    public void With_json_log_lines_leave_stdout_free()
    {
        var view = View(["load"], logsToError: true);

        view.Line("load", "load", Line("hello"));

        Assert.Empty(_out.ToString());
        Assert.Equal("load | hello\n", _error.ToString());
    }

    private LiveView View(string[] names, bool logsToError = false) => new(
        new Terminal(_out, _error, TextReader.Null), TimeProvider.System, [.. names.Select(Step)], names.Length, logsToError);

    private static LogLineView Line(string text) => new() { Number = 1, At = default, Stream = LogStreamKind.Stdout, Text = text };

    private static EventView Change(string step, string status, int second) => new()
    {
        Id = "1",
        At = DateTimeOffset.UnixEpoch.AddSeconds(second),
        Type = $"step.{status}",
        StepId = step,
        StepName = step,
        Attempt = 1,
        Status = status,
    };

    private static StepView Step(string name) => new()
    {
        Id = name,
        Href = "",
        ExecutionId = "",
        ExecutionHref = "",
        Name = name,
        Status = StepStatus.Pending,
        Type = "ephemeral",
        Spec = new StepSpecView { Kind = StepKind.Script, Source = name, Resources = new(), Timeouts = new(), Retry = new(0, 3) },
        CreatedAt = default,
        LogsHref = "",
        OutputsHref = "",
    };
}
