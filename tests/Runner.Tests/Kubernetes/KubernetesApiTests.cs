using System.Net;
using Twinrunner.Runner.Kubernetes;
using Twinrunner.Runner.Kubernetes.Resources;
using Twinrunner.TestKit;

namespace Twinrunner.Runner.Tests.Kubernetes;

public sealed class KubernetesApiTests
{
    private const string Job = """{"metadata":{"name":"j","uid":"u","resourceVersion":"7"}}""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_that_is_too_busy_is_asked_again_when_it_wants_to_be()
    {
        await using var server = await StandInApi.StartAsync(Cancel);
        server.Answers(429, "", ("Retry-After", "7")).Answers(503, "").Answers(500, """{"message":"etcdserver: leader changed"}""").Answers(201, Job);
        var time = new HastyTime(TimeSpan.FromSeconds(50));
        var began = time.GetUtcNow();
        using var api = server.Client(time: time);
        var created = await api.CreateAsync(ResourceKinds.Jobs, "n", new Job { Metadata = new() { Name = "j" } }, dryRun: false, Cancel);
        Assert.Equal("u", created.Metadata.Uid);
        Assert.Equal(4, server.Asked.Count);
        Assert.True(time.GetUtcNow() - began >= TimeSpan.FromSeconds(7));
    }

    [Fact]
    public async Task A_refusal_is_told_in_the_servers_words_and_not_repeated()
    {
        await using var server = await StandInApi.StartAsync(Cancel);
        server.Answers(403, """{"reason":"Forbidden","message":"exceeded quota: pods"}""").Answers(409, """{"reason":"AlreadyExists","message":"is there"}""");
        using var api = server.Client();
        var refusal = await Assert.ThrowsAsync<KubernetesException>(() => CreateAsync(api));
        Assert.Equal((HttpStatusCode.Forbidden, "Forbidden", "exceeded quota: pods"), (refusal.Status, refusal.Reason, refusal.Message));
        Assert.True((await Assert.ThrowsAsync<KubernetesException>(() => CreateAsync(api))).IsConflict);
        Assert.Equal(2, server.Asked.Count);
    }

    [Fact]
    public async Task A_server_that_has_not_read_its_rules_yet_is_not_believed()
    {
        const string Denied = """{"reason":"Forbidden","message":"jobs.batch \"j\" is forbidden: User \"me\" cannot create resource \"jobs\": RBAC: clusterrole \"system:discovery\" not found"}""";
        await using var server = await StandInApi.StartAsync(Cancel);
        server.Answers(403, Denied).Answers(403, Denied).Answers(201, Job);
        using var api = server.Client();
        Assert.Equal("u", (await CreateAsync(api)).Metadata.Uid);

        for (var i = 0; i < 100; i++)
            server.Answers(403, Denied);
        Assert.True((await Assert.ThrowsAsync<KubernetesException>(() => CreateAsync(api))).IsDenied);
    }

    [Fact]
    public async Task A_dry_run_is_the_servers_and_what_is_not_there_is_not_an_error()
    {
        await using var server = await StandInApi.StartAsync(Cancel);
        server.Answers(201, Job);
        using var api = server.Client();
        await api.CreateAsync(ResourceKinds.Jobs, "n", new Job { Metadata = new() { Name = "j" } }, dryRun: true, Cancel);
        Assert.Null(await api.FindAsync(ResourceKinds.Pods, "n", "gone", Cancel));
        Assert.False(await api.TryDeleteAsync(ResourceKinds.Pods, "n", "gone", TimeSpan.FromSeconds(1.2), Cancel));
        Assert.Equal(
            ["POST /apis/batch/v1/namespaces/n/jobs?dryRun=All", "GET /api/v1/namespaces/n/pods/gone", "DELETE /api/v1/namespaces/n/pods/gone?propagationPolicy=Background&gracePeriodSeconds=2"],
            server.Asked);
    }

    [Fact]
    public async Task A_server_that_stays_away_is_given_up_with_a_sentence()
    {
        KubernetesApi api;
        await using (var server = await StandInApi.StartAsync(Cancel))
            api = server.Client();
        using (api)
        {
            var error = await Assert.ThrowsAsync<KubernetesException>(() => api.FindAsync(ResourceKinds.Jobs, "n", "j", Cancel));
            Assert.True(error.IsUnreachable);
            Assert.Contains("can't be reached", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Long_lists_come_in_pages()
    {
        await using var server = await StandInApi.StartAsync(Cancel);
        server.Answers(200, """{"metadata":{"continue":"c+1"},"items":[{"metadata":{"name":"a"}}]}""").Answers(200, """{"metadata":{},"items":[{"metadata":{"name":"b"}}]}""");
        using var api = server.Client();
        var names = new List<string>();
        await foreach (var pod in api.ListAsync(ResourceKinds.Pods, "n", "x=y", Cancel))
            names.Add(pod.Metadata.Name);
        Assert.Equal(["a", "b"], names);
        Assert.EndsWith("continue=c%2B1", server.Asked.Last(), StringComparison.Ordinal);
    }

    private static Task<Job> CreateAsync(KubernetesApi api) =>
        api.CreateAsync(ResourceKinds.Jobs, "n", new Job { Metadata = new() { Name = "j" } }, dryRun: false, Cancel);
}
