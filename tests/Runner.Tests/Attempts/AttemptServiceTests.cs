using Twinrunner.Runner.Attempts;
using Twinrunner.Runner.Executors;
using Twinrunner.Runner.Outputs.Manifests;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;
using Twinrunner.TestKit;

namespace Twinrunner.Runner.Tests.Attempts;

public sealed class AttemptServiceTests : IAsyncLifetime
{
    private TestHost _host = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync(Cancel);

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Who_waits_for_outputs_is_told_when_a_helper_has_stored_the_last_of_them()
    {
        var step = TestSteps.Make("load", StepStatus.Collecting);
        await _host.Get<StepStore>().InsertAsync([step], Cancel);
        var attempts = _host.Get<AttemptService>();
        await _host.Get<OutputStore>().TryInsertAsync(OutputOf(step, attempt: 2), Cancel);
        var stored = attempts.StoredAsync(KeyOf(step), Cancel);
        Assert.False(stored.IsCompleted);

        Assert.Null(await attempts.CompleteAsync(step, OutputOf(step, step.Attempt), Cancel));

        await stored.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
    }

    [Fact]
    public async Task A_helper_that_stores_outputs_is_told_when_somebody_cancels_but_not_of_a_time_limit_that_ended_the_step()
    {
        var now = TimeProvider.System.GetUtcNow();
        var cancelled = TestSteps.Make("load", StepStatus.Collecting);
        var timedOut = TestSteps.Make("slow", StepStatus.Collecting) with { Stop = new(FailureReason.TimedOut, "too long", now) };
        await _host.Get<StepStore>().InsertAsync([cancelled, timedOut], Cancel);
        var attempts = _host.Get<AttemptService>();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        Assert.Equal(AttemptState.Collect, (await attempts.OrderAsync(KeyOf(timedOut), AttemptState.Stop, Cancel)).State);
        var ofTimedOut = attempts.OrderAsync(KeyOf(timedOut), AttemptState.Collect, enough.Token);
        var ofCancelled = attempts.OrderAsync(KeyOf(cancelled), AttemptState.Collect, Cancel);

        await _host.Get<StepStore>().TryRequestStopAsync(cancelled.Id, new(FailureReason.Cancelled, "by hand", now), Cancel);
        _host.Get<ChangeFeed>().Signal(ChangeTopic.StepStop(cancelled.Id));
        _host.Get<ChangeFeed>().Signal(ChangeTopic.StepStop(timedOut.Id));

        Assert.Equal(AttemptState.Stop, (await ofCancelled.WaitAsync(TimeSpan.FromSeconds(20), Cancel)).State);
        Assert.False(ofTimedOut.IsCompleted);
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ofTimedOut);
    }

    private static StepKey KeyOf(Step step) => new(step.Id, step.Attempt);

    private static Output OutputOf(Step step, int attempt)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new()
        {
            Id = Id<Output>.New(TimeProvider.System),
            OutputType = "output",
            StepRef = step.Id.ToString(),
            KeyPrefix = $"executions/{step.ExecutionRef}/{step.Name}/{attempt}",
            FileName = ".twin/manifest.json",
            Size = 0,
            FileCount = 0,
            CreatedAt = now,
            UpdatedAt = now,
            ExecutionRef = step.ExecutionRef,
            Attempt = attempt,
            ManifestSha256 = ManifestWriter.EmptySha256,
        };
    }
}
