using System.Collections.Concurrent;
using Twinrunner.Runner.Outputs;
using Twinrunner.Storage.Documents;
using Twinrunner.TestKit;

namespace Twinrunner.Runner.Tests.Executions;

/// <summary>A step whose outputs the object store doesn't take, on a real server behind a proxy.</summary>
public sealed class KeptOutputsTests : IAsyncLifetime
{
    private const string Workflow = """
        steps:
          load: { image: some/image, retry: { infrastructure: 0 } }
          next: { image: some/image, needs: [load] }
        """;

    private readonly TestFolder _folder = new();
    private readonly FakeExecutor _executor = new(TimeProvider.System);
    private readonly ConcurrentQueue<string> _taken = new();
    private TestBucket _bucket = null!;
    private S3FaultProxy _proxy = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var server = TestS3.Get(TestS3.First);
        _bucket = await server.MakeBucketAsync(Cancellation);
        _proxy = await S3FaultProxy.StartAsync(server, Cancellation);
        _executor.Behaviours["load"] = step =>
        {
            step.Leave("large", new string('x', 20_000_000));
            step.Leave("small", "small");
            return Task.FromResult(FakeStep.Exit(0));
        };
        _executor.Behaviours["next"] = step =>
        {
            _taken.Enqueue(step.Input("small"));
            return Task.FromResult(FakeStep.Exit(0));
        };
    }

    public async ValueTask DisposeAsync()
    {
        if (_proxy is not null)
            await _proxy.DisposeAsync();
        if (_bucket is not null)
            await _bucket.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_store_that_comes_back_in_time_delays_the_step_and_no_more()
    {
        await using var room = await StartAsync(patience: TimeSpan.FromMinutes(2));
        var refused = 0;
        _proxy.Fault = request => request.Query["partNumber"] == "2" && Interlocked.Increment(ref refused) <= 3 ? S3Fault.Down : null;

        var execution = await room.EndOfAsync(await room.SubmitAsync(Workflow));

        Assert.Equal(ExecutionStatus.Succeeded, execution.Status);
        Assert.Equal(["small"], _taken);
    }

    [Fact]
    public async Task Outputs_that_could_not_be_stored_are_stored_by_resume_without_running_the_step_again()
    {
        Execution execution;
        await using (var room = await StartAsync(patience: TimeSpan.Zero))
        {
            _proxy.Fault = request => request.Query["partNumber"] == "2" ? S3Fault.Down : null;
            execution = await room.EndOfAsync(await room.SubmitAsync(Workflow));
            var failed = await room.StepAsync(execution, "load");
            Assert.Equal((StepStatus.Failed, FailureReason.OutputUpload), (failed.Status, failed.Reason));
            Assert.Contains("resume", failed.Message, StringComparison.Ordinal);
            Assert.NotNull(room.Get<WorkFolders>().Find(new(failed.Id, 1)));
        }

        // Not even a restart loses them.
        _proxy.Fault = _ => null;
        WorkFolders folders;
        await using (var after = await StartAsync(patience: TimeSpan.Zero))
        {
            await after.Service.ResumeAsync(execution.Id, Cancellation);
            execution = await after.EndOfAsync(execution);
            folders = after.Get<WorkFolders>();
        }

        Assert.Equal(ExecutionStatus.Succeeded, execution.Status);
        Assert.Equal(["load", "next"], _executor.Launches.Select(launch => launch.StepName));
        Assert.Equal(["small"], _taken);
        Assert.Empty(folders.List()); // a step's folder is removed after its end, but before the server's
    }

    [Fact]
    public async Task Who_cancels_does_not_wait_for_the_store_and_keeps_what_the_step_left()
    {
        await using var room = await StartAsync(patience: TimeSpan.FromHours(1));
        _proxy.Fault = request => request.Query["partNumber"] == "2" ? S3Fault.Down : null;
        var execution = await room.SubmitAsync(Workflow);
        await room.WhenAsync(execution.Id, async () => await room.StepAsync(execution, "load") is { Activity: not null } waiting ? waiting : null, "for the store to be waited for");

        await room.Service.CancelAsync(execution.Id, "enough", Cancellation);
        Assert.Equal(ExecutionStatus.Cancelled, (await room.EndOfAsync(execution)).Status);

        _proxy.Fault = _ => null;
        await room.Service.ResumeAsync(execution.Id, Cancellation);
        Assert.Equal(ExecutionStatus.Succeeded, (await room.EndOfAsync(execution)).Status);
        Assert.Equal(["load", "next"], _executor.Launches.Select(launch => launch.StepName));
    }

    private Task<EngineRoom> StartAsync(TimeSpan patience) => EngineRoom.StartAsync(
        new() { DataFolder = _folder.Path, S3 = _bucket.Options with { Endpoint = _proxy.Address, CaFile = null, Retries = 0 } },
        _executor,
        outputs: new OutputOptions { Patience = patience });
}
