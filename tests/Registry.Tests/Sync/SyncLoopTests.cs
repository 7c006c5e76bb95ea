using System.Net;
using System.Net.Sockets;
using Twinrunner.Registry.Components;
using Twinrunner.Registry.Sync;
using Twinrunner.Registry.Tests.Support;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Registry.Tests.Sync;

public sealed class SyncLoopTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_component_that_is_due_is_looked_at_and_the_next_look_is_set()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var repository = TestRepository.WithComponent();
        var component = (await registry.AddAsync(new(repository.Path))).Component;
        repository.Tag("v2");
        await using var loop = await RunningLoop.StartAsync(registry);

        await registry.Get<ISyncRequests>().RequestAsync(repository.Path, Token);
        var sync = await registry.UntilAsync(component, sync => sync.RequestedAt is null);

        Assert.Contains("v2", await registry.VersionNamesAsync(component));
        Assert.InRange(sync.NextAt!.Value - sync.LookedAt!.Value, TimeSpan.FromMinutes(11), TimeSpan.FromMinutes(19));
    }

    [Fact]
    public async Task Components_that_fail_or_hang_delay_no_other()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var registry = await TestRegistry.StartAsync(options => (options.PrivateHosts, options.SyncParallel) = (["127.0.0.1"], 4));
        using var repository = TestRepository.WithComponent();
        for (var i = 0; i < 6; i++)
            Assert.NotNull(await registry.AnnounceAsync($"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}/o/r{i}"));
        var broken = await registry.AnnounceAsync("https://10.0.0.1/o/r");
        var good = await registry.AnnounceAsync(repository.Path);
        await using var loop = await RunningLoop.StartAsync(registry);

        await registry.UntilAsync(good!, sync => sync is { LookedAt: not null, Failure: null });
        var failed = await registry.UntilAsync(broken!, sync => sync.Failure is not null);

        Assert.Equal("loader", (await registry.Components.GetAsync(good!.Id, Token))!.Name);
        Assert.Contains("privateHosts", failed.Failure, StringComparison.Ordinal);
        Assert.Equal(1, failed.Failures);
    }

    [Fact]
    public async Task When_the_process_that_looks_dies_another_takes_over()
    {
        await using var registry = await TestRegistry.StartAsync(options => options.SyncLease = TimeSpan.FromSeconds(1));
        using var repository = TestRepository.WithComponent();
        // A lease of a process that was killed: nobody gives it back or renews it.
        var leases = registry.Get<RoleLeaseStore>();
        var dead = await leases.TryTakeAsync(SyncLoop.Role, "dead/1", TimeSpan.FromSeconds(1), Token);
        var component = await registry.AnnounceAsync(repository.Path);
        await using var loop = await RunningLoop.StartAsync(registry);

        var sync = await registry.UntilAsync(component!, sync => sync.LookedAt is not null);

        Assert.Equal(dead!.Fence + 1, sync.Fence);
        Assert.Null(await leases.RenewAsync(dead, TimeSpan.FromSeconds(1), Token));
    }

    [Fact]
    public async Task Of_two_loops_one_works_and_the_other_goes_on_at_once_when_it_stops()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var repository = TestRepository.WithComponent();
        var component = await registry.AnnounceAsync(repository.Path);
        var first = await RunningLoop.StartAsync(registry);
        var before = await registry.UntilAsync(component!, sync => sync.LookedAt is not null);
        await using var second = await RunningLoop.StartAsync(registry);

        await first.DisposeAsync();
        await registry.Get<ISyncRequests>().RequestAllAsync(Token);
        var after = await registry.UntilAsync(component!, sync => sync.RequestedAt is null);

        Assert.Equal((1, 2), (before.Fence, after.Fence));
    }

    [Fact]
    public async Task A_loop_that_lost_its_lease_writes_nothing_over_its_successor()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var repository = TestRepository.WithComponent();
        var component = await registry.AnnounceAsync(repository.Path);
        await registry.Get<ComponentSyncStore>().UpdateAsync(component.Id, sync => sync with { Fence = 7 }, Token);

        await registry.Get<ComponentSyncer>().SyncAsync(component.Id, Registry.Sources.SourceSelection.Default, takesAnyName: true, fence: 6, Token);

        var sync = await registry.SyncAsync(component);
        Assert.Equal((7, null), (sync.Fence, sync.LookedAt));
    }
}
