using System.Net;
using System.Net.Sockets;
using Twinrunner.EndToEnd.Tests.Support;
using Twinrunner.TestKit;

namespace Twinrunner.EndToEnd.Tests;

/// <summary>Servers come and go; containers and what they print stay.</summary>
public abstract class RestartTests(BackEnds backEnds)
{
    private const int Lines = 200;

    private const string Counting = """
        steps:
          count: {image: IMAGE, script: "i=0; while [ $i -lt 200 ]; do i=$((i+1)); echo line $i; sleep 0.05; done"}
        """;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public sealed class Embedded() : RestartTests(BackEnds.Embedded);

    public sealed class Cluster() : RestartTests(BackEnds.Cluster);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_that_comes_back_adopts_the_container_and_loses_no_line(bool killed)
    {
        await using var workspace = await Workspace.OpenAsync(backEnds);
        workspace.Write("count.yaml", Counting);
        await using var first = await workspace.ServeAsync();
        var id = (await workspace.DoAsync("run", "count.yaml", "--detach")).Lines[0];
        await using (var logs = workspace.Start("logs", "-f", id))
        {
            await logs.LineAsync("line 10", Workspace.Patience, Cancelled);
            logs.Kill();
        }
        var container = Assert.Single(await workspace.ContainersAsync(id)).Id;

        if (killed)
            first.Kill();
        else
            first.Terminate();
        var ended = await first.EndAsync(Workspace.Patience, Cancelled);
        Assert.True(killed || ended.ExitCode == 0, ended.ToString());
        Assert.Equal(container, Assert.Single(await workspace.ContainersAsync(id)).Id);

        await using var second = await workspace.ServeAsync();
        await workspace.DoAsync("wait", id);
        var log = await workspace.DoAsync("logs", id, "count");
        Assert.Equal(Expected(""), log.Lines);
        Assert.Equal(1, (await workspace.JsonAsync("show", id)).GetProperty("steps")[0].GetProperty("attempt").GetInt32());
    }

    [Fact]
    public async Task A_followed_log_goes_on_across_a_restart_without_gap_or_repetition()
    {
        await using var workspace = await Workspace.OpenAsync(backEnds);
        workspace.Write("count.yaml", Counting);
        await using var first = await workspace.ServeAsync();
        var id = (await workspace.DoAsync("run", "count.yaml", "--detach")).Lines[0];
        await using var logs = workspace.Start("logs", "-f", id, "count");
        await logs.LineAsync("line 10", Workspace.Patience, Cancelled);

        first.Terminate();
        await first.EndAsync(Workspace.Patience, Cancelled);
        await using var second = await workspace.ServeAsync();
        var followed = await logs.EndAsync(Workspace.Patience, Cancelled);

        Assert.True(followed.ExitCode == 0, followed.ToString());
        Assert.Equal(Expected(""), followed.Lines);
    }

    [Fact]
    public async Task Two_commands_on_one_data_folder_share_one_server_and_the_second_goes_on_alone()
    {
        await using var workspace = await Workspace.OpenAsync(backEnds);
        workspace.Write("short.yaml", """
            steps:
              short: {image: IMAGE, script: "echo started; sleep 3; echo done"}
            """);
        workspace.Write("count.yaml", Counting);
        await using var first = workspace.Start("run", "short.yaml");
        await first.LineAsync("short | started", Workspace.Patience, Cancelled);
        await using var second = workspace.Start("run", "count.yaml");

        var served = await workspace.RunAsync("serve", "--listen", "http://127.0.0.1:0");
        var firstEnded = await first.EndAsync(Workspace.Patience, Cancelled);
        var secondEnded = await second.EndAsync(Workspace.Patience, Cancelled);

        Assert.True(served.ExitCode == 4 && served.Error.Contains("data folder", StringComparison.Ordinal), served.ToString());
        Assert.True(firstEnded.ExitCode == 0, firstEnded.ToString());
        Assert.True(secondEnded.ExitCode == 0, secondEnded.ToString());
        Assert.Equal(Expected("count | "), secondEnded.Lines);
        Assert.Equal(2, (await workspace.DoAsync("ls", "-q")).Lines.Count);
    }

    [Fact]
    public async Task A_server_whose_address_is_taken_says_so_without_calling_it_a_crash()
    {
        await using var workspace = await Workspace.OpenAsync();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();

        var refused = await workspace.RunAsync("serve", "--listen", $"http://{taken.LocalEndpoint}");

        Assert.True(refused.ExitCode == 4, refused.ToString());
        Assert.Contains("address already in use", refused.Error, StringComparison.Ordinal);
        Assert.Contains("--listen", refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("fatal", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Detaching_needs_a_server_that_stays()
    {
        await using var workspace = await Workspace.OpenAsync(backEnds);
        workspace.Write("count.yaml", Counting);

        var refused = await workspace.RunAsync("run", "count.yaml", "--detach");

        Assert.True(refused.ExitCode == 2, refused.ToString());
        Assert.Contains("twin serve", refused.Error, StringComparison.Ordinal);
        Assert.Empty((await workspace.DoAsync("ls", "-q")).Out);
    }

    private static IEnumerable<string> Expected(string prefix) => Enumerable.Range(1, Lines).Select(n => $"{prefix}line {n}");
}
