using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Twinrunner.Runner.Hosting;
using Twinrunner.TestKit;

namespace Twinrunner.Runner.Tests.Hosting;

public sealed class RunnerHostTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_second_server_on_a_data_folder_is_told_where_the_first_one_is()
    {
        await using var first = await TestHost.StartAsync(Cancelled);

        var refusal = await Assert.ThrowsAsync<DataFolderInUseException>(() => RunnerHost.StartAsync(first.Settings, Cancelled));

        Assert.Equal(first.Address, new Uri(refusal.Server!.Address));
        Assert.Equal(Environment.ProcessId, refusal.Server.Pid);
        Assert.Contains(first.Address.Authority, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stopped_server_leaves_the_folder_free_and_nothing_that_points_to_it()
    {
        using var folder = new TestFolder();
        await using (await TestHost.StartAsync(settings => settings with { DataFolder = folder.Path }, Cancelled))
            Assert.NotNull(ServerFile.Read(folder.Path));

        Assert.Null(ServerFile.Read(folder.Path));
        DataFolderLock.Take(folder.Path).Dispose();
    }

    [Fact]
    public async Task A_process_without_the_api_role_tells_only_its_health()
    {
        await using var host = await TestHost.StartAsync(settings => settings with { RunSteps = true, Roles = ["registry"] }, Cancelled);

        Assert.Equal(HttpStatusCode.OK, (await host.Http.GetAsync("/healthz", Cancelled)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Http.GetAsync("/api/v1/components", Cancelled)).StatusCode);
        Assert.Contains(host.Services.GetServices<IHostedService>(), service => service.GetType().Name == "SyncLoop");
        Assert.DoesNotContain(host.Services.GetServices<IHostedService>(), service => service.GetType().Name == "Scheduler");
    }

    [Fact]
    public void A_killed_servers_address_is_forgotten_by_the_next_one()
    {
        using var folder = new TestFolder();
        new ServerFile("http://127.0.0.1:1", 1, DateTimeOffset.UnixEpoch, "0", Stays: true).Write(folder.Path);

        using var taken = DataFolderLock.Take(folder.Path);

        Assert.Null(ServerFile.Read(folder.Path));
    }

    [Fact]
    public async Task A_server_that_fails_to_start_gives_the_folder_back()
    {
        await using var first = await TestHost.StartAsync(Cancelled);
        using var folder = new TestFolder();

        await Assert.ThrowsAnyAsync<IOException>(() => TestHost.StartAsync(
            settings => settings with { DataFolder = folder.Path, Urls = [first.Address.ToString()] }, Cancelled));

        DataFolderLock.Take(folder.Path).Dispose();
    }

    [Fact]
    public async Task A_server_answers_on_a_unix_socket()
    {
        using var folder = new TestFolder();
        await using var host = await TestHost.StartAsync(settings => settings with { Urls = [$"unix://{folder["twin.sock"]}"] }, Cancelled);

        var problem = await Assert.ThrowsAsync<Client.ApiException>(() => host.Client.GetExecutionAsync("none", Cancelled));

        Assert.Equal("unix", host.Address.Scheme);
        Assert.StartsWith("urn:twinrunner:problem:", problem.Problem.Type, StringComparison.Ordinal);
    }
}
