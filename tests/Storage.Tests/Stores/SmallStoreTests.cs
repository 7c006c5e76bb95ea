using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Objects;
using Twinrunner.Storage.Secrets;
using Twinrunner.Storage.Stores;
using Twinrunner.TestKit;

namespace Twinrunner.Storage.Tests.Stores;

public abstract class SmallStoreTests(BackEnds backEnds) : StoreTest(backEnds)
{
    public sealed class Embedded() : SmallStoreTests(BackEnds.Embedded);

    public sealed class Cluster() : SmallStoreTests(BackEnds.Cluster);

    [Fact]
    public async Task A_key_of_idempotency_is_taken_once_answers_for_a_day_and_is_free_again()
    {
        var store = await ReadyAsync(new IdempotencyStore(Database, Time));

        var begun = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => store.BeginAsync("key", "print", Token)));
        var own = Assert.Single(begun, result => result.IsNew).Request;
        Assert.Null((await store.FindAsync("key", Token))!.Response);

        await store.CompleteAsync(own, new(201, "application/json", "/executions/1", [1, 2, 3]), Token);
        Time.Advance(TimeSpan.FromHours(23));
        var again = await store.BeginAsync("key", "print", Token);
        Assert.False(again.IsNew);
        Assert.Equal([1, 2, 3], again.Request.Response!.Body);

        Time.Advance(TimeSpan.FromHours(2));
        Assert.True((await store.BeginAsync("key", "other", Token)).IsNew);
    }

    [Fact]
    public async Task A_request_that_did_nothing_or_whose_process_died_frees_its_key()
    {
        var store = await ReadyAsync(new IdempotencyStore(Database, Time));

        var (abandoned, _) = await store.BeginAsync("key", "print", Token);
        await store.AbandonAsync(abandoned, Token);
        Assert.True((await store.BeginAsync("key", "print", Token)).IsNew);

        Time.Advance(IdempotencyStore.WorkLimit);
        Assert.True((await store.BeginAsync("key", "print", Token)).IsNew);
    }

    [Fact]
    public async Task A_secret_keeps_its_id_when_it_gets_a_new_value()
    {
        var store = await ReadyAsync(new SecretStore(Database));

        await Task.WhenAll(Enumerable.Range(1, 10).Select(i => store.SaveAsync(Secret((byte)i), Token)));
        var first = Assert.Single(await store.ListAsync(null, 10, Token));
        await store.SaveAsync(Secret(99), Token);

        var stored = (await store.FindByNameAsync("token", Token))!;
        Assert.Equal(first.Id, stored.Id);
        Assert.Equal([99], stored.Encrypted);
        Assert.Equal(["token"], (await store.FindByNamesAsync(["none", "token"], Token)).Select(secret => secret.Name));
        Assert.True(await store.DeleteAsync("token", Token));
        Assert.False(await store.DeleteAsync("token", Token));
    }

    [Fact]
    public async Task A_node_is_added_once_ended_when_it_falls_silent_and_forgotten_later()
    {
        var store = await ReadyAsync(new NodeStore(Database));
        var id = Id<Node>.New(Time);

        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => store.SaveAsync(id, node => (node ?? NewNode(id)) with { TotalSteps = (node?.TotalSteps ?? 0) + 1 }, Token)));

        Assert.Equal(10, (await store.GetAsync(id, Token))!.TotalSteps);
        await store.EndSilentAsync(Time.GetUtcNow(), Token);
        Time.Advance(TimeSpan.FromMinutes(1));
        await store.DeleteForgottenAsync(Time.GetUtcNow(), Token);
        Assert.True((await store.GetAsync(id, Token))!.Active);
        await store.EndSilentAsync(Time.GetUtcNow(), Token);
        Assert.False((await store.GetAsync(id, Token))!.Active);
        await store.DeleteForgottenAsync(Time.GetUtcNow(), Token);
        Assert.Null(await store.GetAsync(id, Token));
    }

    [Fact]
    public async Task A_twins_name_is_unique_for_its_owner_only()
    {
        var store = await ReadyAsync(new DigitalTwinStore(Database));
        var owner = Id<User>.New(Time);

        Assert.True(await store.TryInsertAsync(NewTwin(owner), Token));
        Assert.False(await store.TryInsertAsync(NewTwin(owner), Token));
        Assert.True(await store.TryInsertAsync(NewTwin(Id<User>.New(Time)), Token));
        Assert.True(await store.TryInsertAsync(NewTwin(null), Token));
        Assert.False(await store.TryInsertAsync(NewTwin(null), Token));
        Assert.Equal(owner, (await store.FindByNameAsync(owner, "zurich", Token))!.UserRef);
        Assert.Null((await store.FindByNameAsync(null, "zurich", Token))!.UserRef);
    }

    [Fact]
    public async Task A_job_is_one_holders_until_its_lease_runs_out()
    {
        var store = await ReadyAsync(new RoleLeaseStore(Database, Time));

        var taken = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => store.TryTakeAsync("sync", $"node {i}", TimeSpan.FromMinutes(1), Token)));
        var first = Assert.Single(taken.OfType<RoleLease>());
        Assert.NotNull(await store.TryTakeAsync("other", "node", TimeSpan.FromMinutes(1), Token));
        Assert.Null(await store.TryTakeAsync("sync", "late", TimeSpan.FromMinutes(1), Token));

        Time.Advance(TimeSpan.FromMinutes(2));
        taken = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => store.TryTakeAsync("sync", $"node {i}", TimeSpan.FromMinutes(1), Token)));
        Assert.Equal(first.Fence + 1, Assert.Single(taken.OfType<RoleLease>()).Fence);
    }

    [Fact]
    public async Task Components_are_due_in_the_order_of_their_times_and_at_once_when_somebody_asks()
    {
        var store = await ReadyAsync(new ComponentSyncStore(Database, Feed));
        var now = Time.GetUtcNow();
        var components = Enumerable.Range(0, 4).Select(_ => Id<Component>.New(Time)).ToList();
        TimeSpan?[] due = [TimeSpan.FromMinutes(-1), TimeSpan.FromMinutes(-2), TimeSpan.FromMinutes(1), null];
        foreach (var (component, after) in components.Zip(due))
            Assert.True(await store.TryInsertAsync(new() { Id = ComponentSync.IdOf(component), RepositoryKey = "key", NextAt = now + after }, Token));
        Assert.False(await store.TryInsertAsync(new() { Id = ComponentSync.IdOf(components[0]), RepositoryKey = "key" }, Token));

        Assert.Equal([components[1], components[0]], (await store.FindDueAsync(now, 10, Token)).Select(sync => sync.Component()));
        await store.RequestAsync(components[3], now - TimeSpan.FromHours(1), Token);
        Assert.Equal(components[3], (await store.FindDueAsync(now, 1, Token)).Single().Component());
        Assert.Equal(4, await store.RequestAllAsync(now, Token));
        Assert.Equal(4, (await store.FindDueAsync(now, 10, Token)).Count);
        Assert.Equal(components, (await store.FindByRepositoryAsync("key", Token)).Select(sync => sync.Component()));
    }

    [Fact]
    public async Task A_host_makes_every_stores_indexes_before_other_services_start()
    {
        using var folder = new TestFolder();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddStorage(new StorageOptions { DataFolder = folder["data"] });
        using var host = builder.Build();

        await host.StartAsync(Token);

        var user = new User { Id = Id<User>.New(Time), DisplayName = "Ada", CreatedAt = Time.GetUtcNow(), UpdatedAt = Time.GetUtcNow() };
        Assert.True(await host.Services.GetRequiredService<UserStore>().TryInsertAsync(user, Token));
        Assert.False(await host.Services.GetRequiredService<UserStore>().TryInsertAsync(user with { Id = Id<User>.New(Time) }, Token));
        Assert.Null(await host.Services.GetRequiredService<IObjectStore>().HeadAsync("a", Token));
        Assert.Equal(
            typeof(IStore).Assembly.GetTypes().Count(type => type.IsClass && type.IsAssignableTo(typeof(IStore))),
            host.Services.GetServices<IStore>().Count());
        await host.StopAsync(Token);
    }

    private Secret Secret(byte value) => new()
    {
        Id = Id<Secret>.New(Time),
        Name = "token",
        Encrypted = [value],
        CreatedAt = Time.GetUtcNow(),
        UpdatedAt = Time.GetUtcNow(),
    };

    private Node NewNode(Id<Node> id) => new()
    {
        Id = id,
        Host = "host",
        Os = "linux",
        Capacity = new(1, 1, 1, 0),
        Active = true,
        StartedAt = Time.GetUtcNow(),
        HeartbeatAt = Time.GetUtcNow(),
    };

    private DigitalTwin NewTwin(Id<User>? owner) => new()
    {
        Id = Id<DigitalTwin>.New(Time),
        Name = "zurich",
        UserRef = owner,
        CreatedAt = Time.GetUtcNow(),
        UpdatedAt = Time.GetUtcNow(),
    };
}
