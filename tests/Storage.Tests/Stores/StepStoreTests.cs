using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;
using Twinrunner.TestKit;

namespace Twinrunner.Storage.Tests.Stores;

/// <summary>The queue, its leases, and what several runners do to one step at the same time.</summary>
public abstract class StepStoreTests(BackEnds backEnds) : StoreTest(backEnds)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly Id<Execution> _execution = Id<Execution>.New(TimeProvider.System);
    private readonly Id<Node> _node = Id<Node>.New(TimeProvider.System);

    public sealed class Embedded() : StepStoreTests(BackEnds.Embedded);

    public sealed class Cluster() : StepStoreTests(BackEnds.Cluster);

    [Fact]
    public async Task Of_runners_that_claim_a_step_at_once_one_gets_it()
    {
        var steps = await FilledAsync(New("a"));
        var queued = Assert.Single(await steps.FindClaimableAsync(10, Token));

        var claims = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => steps.TryClaimAsync(queued, Id<Node>.New(Time), Minute, Token)));

        using var held = Assert.Single(claims.OfType<HeldStep>());
        Assert.Equal((StepStatus.Preparing, 1, 1), (held.Step.Status, held.Step.Attempt, held.Step.Fence));
        Assert.Equal(held.Step.Lease, (await steps.GetAsync(queued.Id, Token))!.Lease);
        Assert.Empty(await steps.FindClaimableAsync(10, Token));
    }

    [Fact]
    public async Task Runners_that_empty_the_queue_side_by_side_take_every_step_once()
    {
        var steps = await FilledAsync([.. Enumerable.Range(0, 60).Select(i => New($"s{i}"))]);

        var taken = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => EmptyAsync()));

        Assert.Equal(60, taken.Sum(own => own.Count));
        Assert.Equal(60, taken.SelectMany(own => own).Distinct().Count());

        async Task<List<Id<Step>>> EmptyAsync()
        {
            var own = new List<Id<Step>>();
            while (await steps.FindClaimableAsync(5, Token) is { Count: > 0 } candidates)
            {
                foreach (var candidate in candidates)
                {
                    using var held = await steps.TryClaimAsync(candidate, _node, Minute, Token);
                    if (held is not null)
                        own.Add(held.Step.Id);
                }
            }
            return own;
        }
    }

    [Fact]
    public async Task The_queue_goes_by_priority_and_then_by_age_and_holds_back_what_is_due_later()
    {
        var now = Time.GetUtcNow();
        var steps = await FilledAsync(
            New("old") with { AvailableAt = now - 2 * Minute },
            New("young") with { AvailableAt = now - Minute },
            New("urgent") with { Priority = 5 },
            New("later") with { Priority = 9, AvailableAt = now + Minute },
            New("running") with { Status = StepStatus.Running });

        Assert.Equal(["urgent", "old", "young"], await ClaimableAsync());
        Time.Advance(Minute);
        Assert.Equal(["later", "urgent", "old", "young"], await ClaimableAsync());

        async Task<IEnumerable<string>> ClaimableAsync() => (await steps.FindClaimableAsync(10, Token)).Select(step => step.Name);
    }

    [Fact]
    public async Task A_lease_that_runs_out_is_found_taken_over_and_its_first_holder_refused()
    {
        var steps = await FilledAsync(New("a"), New("b"));
        using var first = await ClaimAsync(steps, "a");
        using var kept = await ClaimAsync(steps, "b");
        Time.Advance(Minute);
        Assert.True(await kept.RenewAsync(Minute, Token));
        Time.Advance(TimeSpan.FromSeconds(1));

        var expired = Assert.Single(await steps.FindExpiredAsync(10, Token));
        var adopted = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => steps.TryAdoptAsync(expired, Id<Node>.New(Time), Minute, Token)));

        using var second = Assert.Single(adopted.OfType<HeldStep>());
        Assert.False(await first.SetProgressAsync(0.5, Token));
        Assert.True(first.Lost.IsCancellationRequested);
        Assert.True(await second.SetProgressAsync(0.7, Token));
        var stored = (await steps.GetAsync(expired.Id, Token))!;
        Assert.Equal((1, 2, 0.7), (stored.Attempt, stored.Fence, stored.Progress));
        Assert.Equal(["b"], (await steps.FindHeldByAsync(_node, 10, Token)).Select(step => step.Name));
    }

    [Fact]
    public async Task A_step_that_its_holder_has_ended_is_not_lost_to_it_and_not_changed_by_it_any_more()
    {
        var steps = await FilledAsync(New("a"));
        using var held = await ClaimAsync(steps, "a");

        Assert.True(await held.EndAsync(new(StepStatus.Succeeded, Time.GetUtcNow()), Token));
        Assert.False(await held.RefreshAsync(Token));
        Assert.False(await held.RenewAsync(Minute, Token));
        Assert.False(await held.SetProgressAsync(0.5, Token));

        Assert.False(held.Lost.IsCancellationRequested);
        var stored = (await steps.GetAsync(held.Step.Id, Token))!;
        Assert.Equal((StepStatus.Succeeded, null, null), (stored.Status, stored.Lease, stored.Progress));
    }

    [Fact]
    public async Task A_wish_to_stop_and_the_holders_own_writes_do_not_undo_each_other()
    {
        var steps = await FilledAsync(New("a"));
        using var held = await ClaimAsync(steps, "a");
        var stop = new StopRequest(FailureReason.Cancelled, "not needed", Time.GetUtcNow());

        var writing = Task.WhenAll(Enumerable.Range(1, 20).Select(i => held.SetProgressAsync(i / 20.0, Token)));
        await steps.TryRequestStopAsync(held.Step.Id, stop, Token);
        Assert.All(await writing, Assert.True);
        Assert.True(await held.RenewAsync(Minute, Token));

        Assert.Equal((1.0, stop), (held.Step.Progress, held.Step.Stop));
        Assert.Equal((1.0, stop), ((await steps.GetAsync(held.Step.Id, Token)) is var stored ? (stored!.Progress, stored.Stop) : default));
    }

    [Fact]
    public async Task What_was_prepared_outlives_a_wish_of_others_and_is_stored_with_the_start()
    {
        var steps = await FilledAsync(New("a"));
        using var held = await ClaimAsync(steps, "a");

        await held.SetPreparedAsync(held.Step.Spec with { ImageDigest = "sha256:1" }, "key", Token);
        await steps.TryRequestStopAsync(held.Step.Id, new(FailureReason.Cancelled, "not needed", DateTimeOffset.UnixEpoch), Token);
        Assert.True(await held.StartedAsync("container", ServedPorts.None, DateTimeOffset.UnixEpoch, Token));

        var stored = (await steps.GetAsync(held.Step.Id, Token))!;
        Assert.Equal(("sha256:1", "key", "not needed"), (stored.Spec.ImageDigest, stored.CacheKey, stored.Stop?.Message));
    }

    [Fact]
    public async Task The_last_of_the_steps_that_it_waited_for_releases_a_step_whoever_comes_last()
    {
        var needed = Enumerable.Range(0, 10).Select(_ => Id<Step>.New(Time)).ToList();
        var steps = await FilledAsync(New("gather") with { Status = StepStatus.Pending, WaitingFor = needed, WaitingCount = needed.Count });
        var gather = (await steps.FindByNameAsync(_execution, "gather", Token))!;
        Assert.Null(await steps.TryQueueAsync(gather.Id, Token));

        var released = await Task.WhenAll(needed.Select(ended => steps.TryUnblockAsync(gather.Id, ended, Token)));

        Assert.Single(released.OfType<Step>());
        Assert.Equal("gather", Assert.Single(await steps.FindReleasableAsync(_execution, null, 10, Token)).Name);
        Assert.Equal(StepStatus.Queued, (await steps.TryQueueAsync(gather.Id, Token))!.Status);
        Assert.Null(await steps.TryQueueAsync(gather.Id, Token));
    }

    [Fact]
    public async Task A_failed_attempt_goes_back_to_the_queue_until_its_deadline_and_counts()
    {
        var steps = await FilledAsync(New("a") with { Spec = Spec with { Timeouts = new() { Queued = Minute } } });
        using var held = await ClaimAsync(steps, "a");
        var end = new StepEnd(StepStatus.Failed, Time.GetUtcNow()) { Reason = FailureReason.ExitCode, ExitCode = 3, Message = "exit code 3" };

        Assert.True(await held.RetryAsync(end, Time.GetUtcNow() + Minute, countsAgainstUser: true, Token));

        Assert.Empty(await steps.FindClaimableAsync(10, Token));
        Time.Advance(Minute);
        var again = Assert.Single(await steps.FindClaimableAsync(10, Token));
        Assert.Equal((null, 1, 3), (again.Lease, again.UserRetries, Assert.Single(again.Attempts).ExitCode));
        Assert.Empty(await steps.FindWaitedTooLongAsync(10, Token));
        Time.Advance(Minute);
        Assert.Equal(again.Id, Assert.Single(await steps.FindWaitedTooLongAsync(10, Token)).Id);
        Assert.Equal(1, await steps.CountStartedAsync(_execution, 10, Token));
        Assert.NotNull(await steps.TryEndUnheldAsync(again.Id, StepStatus.Failed, FailureReason.Unschedulable, "waited too long", Token));
        Assert.True(await steps.AllEndedAsync(_execution, Token));
    }

    [Fact]
    public async Task The_cache_answers_with_the_newest_success()
    {
        var steps = await FilledAsync(
            New("older") with { Status = StepStatus.Succeeded, CacheKey = "key" },
            New("newer") with { Status = StepStatus.Succeeded, CacheKey = "key" },
            New("failed") with { Status = StepStatus.Failed, CacheKey = "key" },
            New("other") with { Status = StepStatus.Succeeded, CacheKey = "other" });

        Assert.Equal("newer", (await steps.FindCachedAsync("key", Token))!.Name);
        Assert.Null(await steps.FindCachedAsync("none", Token));
    }

    private static StepSpec Spec { get; } = new() { Kind = StepKind.Container, Source = "load" };

    private async Task<StepStore> FilledAsync(params IReadOnlyList<Step> steps)
    {
        var store = await ReadyAsync(new StepStore(Database, Time));
        await store.InsertAsync(steps, Token);
        return store;
    }

    private async Task<HeldStep> ClaimAsync(StepStore steps, string name) =>
        (await steps.TryClaimAsync((await steps.FindByNameAsync(_execution, name, Token))!, _node, Minute, Token))!;

    private Step New(string name) => new()
    {
        Id = Id<Step>.New(Time),
        ExecutionRef = _execution,
        Name = name,
        Status = StepStatus.Queued,
        Spec = Spec,
        AvailableAt = Time.GetUtcNow(),
        CreatedAt = Time.GetUtcNow(),
        UpdatedAt = Time.GetUtcNow(),
    };
}
