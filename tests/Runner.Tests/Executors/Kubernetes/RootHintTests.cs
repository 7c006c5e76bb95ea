using System.Text;
using Twinrunner.Runner.Executors;
using Twinrunner.Runner.Executors.Kubernetes;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.TestKit.Executors;

namespace Twinrunner.Runner.Tests.Executors.Kubernetes;

public sealed class RootHintTests
{
    private static readonly StepResult Failure = StepResult.Failed(FailureReason.ExitCode, "It exited with code 1.") with { ExitCode = 1 };

    [Fact]
    public async Task A_step_that_may_not_write_is_told_what_to_allow()
    {
        var result = (await HintAfterAsync("mkdir: can't create directory 'x': Permis", "sion denied\n")).Over(Failure);
        Assert.Contains("{component: odtp-old, runAsRoot: true}", result.Message, StringComparison.Ordinal);
        Assert.StartsWith(Failure.Message!, result.Message, StringComparison.Ordinal);
        Assert.Equal(1, result.ExitCode);
    }

    [Fact]
    public async Task Other_failures_and_successes_stay_as_they_are()
    {
        Assert.Same(Failure, (await HintAfterAsync("Traceback")).Over(Failure));
        var success = StepResult.Success(null, null);
        Assert.Same(success, (await HintAfterAsync("Permission denied")).Over(success));
    }

    private static async Task<RootHint> HintAfterAsync(params string[] log)
    {
        var plan = new StepPlan
        {
            Key = new(Id<Step>.New(TimeProvider.System), 1),
            Execution = Id<Execution>.New(TimeProvider.System),
            StepName = "old",
            Component = "odtp-old",
        };
        var sink = new RecordingSink();
        var hint = new RootHint(sink, plan, 10001);
        foreach (var piece in log)
            await hint.WriteLogAsync(LogStream.Stdout, Encoding.UTF8.GetBytes(piece), TestContext.Current.CancellationToken);
        Assert.Equal(string.Concat(log), sink.StdoutText);
        return hint;
    }
}
