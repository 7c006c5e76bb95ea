using Twinrunner.EndToEnd.Tests.Support;
using Twinrunner.TestKit.Mongo;

namespace Twinrunner.EndToEnd.Tests;

/// <summary>Servers whose database is a MongoDB.</summary>
public sealed class MongoTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_that_is_killed_comes_back_to_its_container_and_its_log()
    {
        await using var mongo = TestMongo.Create();
        await using var workspace = await Workspace.OpenAsync();
        workspace.Write("count.yaml", """
            steps:
              count: {image: IMAGE, script: "i=0; while [ $i -lt 60 ]; do i=$((i+1)); echo line $i; sleep 0.05; done; echo done > /odtp/odtp-output/a.txt"}
              after: {image: IMAGE, needs: count, inputs: [{from: count}], script: "cat /odtp/odtp-input/a.txt"}
            """);
        await using var first = await workspace.ServeAsync("--database", mongo.Address);
        var id = (await workspace.DoAsync("run", "count.yaml", "--detach")).Lines[0];
        await using (var logs = workspace.Start("logs", "-f", id))
        {
            await logs.LineAsync("line 10", Workspace.Patience, Cancelled);
            logs.Kill();
        }
        first.Kill();
        await first.EndAsync(Workspace.Patience, Cancelled);

        await using var second = await workspace.ServeAsync("--database", mongo.Address);
        await workspace.DoAsync("wait", id);

        Assert.Equal(Enumerable.Range(1, 60).Select(line => $"line {line}"), (await workspace.DoAsync("logs", id, "count")).Lines);
        Assert.Equal("done\n", (await workspace.DoAsync("logs", id, "after")).Out);
        Assert.All((await workspace.StepsAsync(id)).Values, status => Assert.Equal("Succeeded", status));
    }
}
