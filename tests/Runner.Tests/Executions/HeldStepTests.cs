using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;
using Twinrunner.TestKit;

namespace Twinrunner.Runner.Tests.Executions;

/// <summary>What a runner writes into the step that it drives, beside what others write.</summary>
public sealed class HeldStepTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_prepared_outlives_a_wish_of_others_and_is_stored_with_the_start()
    {
        await using var stores = await TestStores.OpenAsync(_ => { }, Token);
        var steps = stores.Get<StepStore>();
        var queued = await stores.AddStepAsync(step => step with { Status = StepStatus.Queued, Attempt = 0 }, Token);
        using var held = (await steps.TryClaimAsync((await steps.GetAsync(queued.Id, Token))!, Id<Node>.New(TimeProvider.System), TimeSpan.FromMinutes(1), Token))!;

        await held.SetPreparedAsync(held.Step.Spec with { ImageDigest = "sha256:1" }, "key", Token);
        await steps.TryRequestStopAsync(queued.Id, new(FailureReason.Cancelled, "not needed", DateTimeOffset.UnixEpoch), Token);
        Assert.True(await held.StartedAsync("container", new Dictionary<int, int>(), DateTimeOffset.UnixEpoch, Token));

        var stored = (await steps.GetAsync(queued.Id, Token))!;
        Assert.Equal(("sha256:1", "key", "not needed"), (stored.Spec.ImageDigest, stored.CacheKey, stored.Stop?.Message));
    }
}
