using Twinrunner.Runner.Kubernetes;
using Twinrunner.Runner.Kubernetes.Resources;
using Twinrunner.TestKit;

namespace Twinrunner.Runner.Tests.Kubernetes;

public sealed class WatchTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_watch_lists_and_goes_on_from_the_last_version_when_it_ends_or_breaks()
    {
        await using var server = await StandInApi.StartAsync(Cancel);
        server.Answers(200, List("10", "a"))
            .Watches(Line("ADDED", "b", "11"), Line("BOOKMARK", "", "20"))
            .Breaks(Line("MODIFIED", "b", "21") + "\n{\"type\":\"DELE")
            .Watches(Line("DELETED", "b", "22"));
        using var api = server.Client();
        Assert.Equal(["Listed a", "Changed b", "Changed b", "Removed b"], await TakeAsync(api, 4));
        Assert.Equal(["", "10", "20", "21"], server.Asked.Take(4).Select(Version));
    }

    [Fact]
    public async Task A_version_that_the_server_forgot_makes_it_list_anew()
    {
        await using var server = await StandInApi.StartAsync(Cancel);
        server.Answers(200, List("10", "a", "b"))
            .Watches("""{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired"}}""")
            .Answers(200, List("30", "b"))
            .Answers(410, """{"reason":"Expired","message":"too old resource version"}""")
            .Answers(200, List("40"));
        using var api = server.Client();
        Assert.Equal(["Listed a b", "Listed b", "Listed "], await TakeAsync(api, 3));
    }

    [Fact]
    public async Task A_silent_watch_is_begun_anew()
    {
        await using var server = await StandInApi.StartAsync(Cancel);
        server.Answers(200, List("10")).IsSilent().Watches(Line("ADDED", "a", "11"));
        var time = new ManualTime();
        using var api = server.Client(new() { WatchFor = TimeSpan.FromSeconds(1) }, time);
        var taking = TakeAsync(api, 2);
        while (server.Asked.Count < 2)
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Cancel);
        // Its own time and half a minute of silence; then the pause before the next.
        for (time.Advance(TimeSpan.FromSeconds(32)); server.Asked.Count < 3; time.Advance(TimeSpan.FromSeconds(1)))
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Cancel);
        Assert.Equal(["Listed ", "Changed a"], await taking);
    }

    [Fact]
    public async Task A_list_that_expires_on_its_way_is_begun_anew()
    {
        await using var server = await StandInApi.StartAsync(Cancel);
        server.Answers(200, """{"metadata":{"continue":"c"},"items":[{"metadata":{"name":"old"}}]}""").Answers(410, "{}").Answers(200, List("9", "new"));
        using var api = server.Client();
        Assert.Equal(["Listed new"], await TakeAsync(api, 1));
    }

    private static async Task<List<string>> TakeAsync(KubernetesApi api, int count)
    {
        var seen = new List<string>();
        await foreach (var change in api.WatchAsync(ResourceKinds.Pods, "n", "x=y", Cancel))
        {
            var names = change.All is { } all ? string.Join(' ', all.Select(pod => pod.Metadata.Name)) : change.Item!.Metadata.Name;
            seen.Add($"{change.Kind} {names}");
            if (seen.Count == count)
                break;
        }
        return seen;
    }

    private static string Version(string asked) => asked.Split("resourceVersion=") is [_, var version] ? version : "";

    private static string Line(string type, string name, string version) =>
        $$$"""{"type":"{{{type}}}","object":{"metadata":{"name":"{{{name}}}","resourceVersion":"{{{version}}}"} } }""";

    private static string List(string version, params string[] names)
    {
        var items = names.Select(name => $$"""{"metadata":{"name":"{{name}}"} }""");
        return $$"""{"metadata":{"resourceVersion":"{{version}}"},"items":[{{string.Join(',', items)}}]}""";
    }
}
