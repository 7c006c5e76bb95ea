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
        var stored = attempts.StoredAsync(new(step.Id, step.Attempt), Cancel);
        Assert.False(stored.IsCompleted);

        Assert.Null(await attempts.CompleteAsync(step, OutputOf(step, step.Attempt), Cancel));

        await stored.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
    }

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
