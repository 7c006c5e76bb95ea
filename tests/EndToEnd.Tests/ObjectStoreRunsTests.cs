using System.Security.Cryptography;
using Twinrunner.EndToEnd.Tests.Support;
using Twinrunner.TestKit;

namespace Twinrunner.EndToEnd.Tests;

/// <summary>Outputs in a bucket: the same results as with files, from real containers, by the real command.</summary>
public sealed class ObjectStoreRunsTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory, InlineData(TestS3.First), InlineData(TestS3.Second)]
    public async Task A_run_leaves_in_a_bucket_what_it_leaves_in_files(string variable)
    {
        await using var bucket = await TestS3.Get(variable).MakeBucketAsync(Cancelled);
        await using var inBucket = await Workspace.OpenAsync();
        await using var inFiles = await Workspace.OpenAsync();
        var (key, secret) = (inBucket.Write("key", bucket.Options.AccessKey!), inBucket.Write("secret", bucket.Options.SecretKey! + "\n"));
        string[] certificate = bucket.Options.CaFile is { } file ? ["--s3-ca-file", file] : [];
        await inBucket.ServeAsync([
            "--objects", $"s3://{bucket.Options.Bucket}/lab", "--s3-endpoint", bucket.Options.Endpoint!.ToString(),
            "--s3-access-key-file", key, "--s3-secret-key-file", secret, .. certificate]);
        await inFiles.ServeAsync();

        var fromBucket = await RunAsync(inBucket);

        Assert.Equal(await RunAsync(inFiles), fromBucket);
        Assert.Contains("lab/executions/", string.Concat(await bucket.Store.ListAsync("", Cancelled).Select(item => item.Key).ToListAsync(Cancelled)), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(inBucket.Data, "objects")));
    }

    [Fact]
    public async Task A_step_waits_visibly_for_a_store_that_went_away_and_what_it_left_is_stored_without_a_rerun()
    {
        var store = TestS3.Get(TestS3.First);
        await using var bucket = await store.MakeBucketAsync(Cancelled);
        await using var proxy = await S3FaultProxy.StartAsync(store, Cancelled);
        await using var workspace = await Workspace.OpenAsync();
        var (key, secret) = (workspace.Write("key", bucket.Options.AccessKey!), workspace.Write("secret", bucket.Options.SecretKey!));
        await workspace.ServeAsync(
            "--objects", $"s3://{bucket.Options.Bucket}", "--s3-endpoint", proxy.Address.ToString(), "--s3-access-key-file", key, "--s3-secret-key-file", secret,
            "--store-patience-seconds", "25");
        var file = workspace.Write("workflow.yaml", """
            steps:
              make:
                image: IMAGE
                retry: {infrastructure: 0}
                script: |
                  head -c 20000000 /dev/zero > /odtp/odtp-output/large
                  tee /odtp/odtp-output/id < /proc/sys/kernel/random/uuid
              use: {image: IMAGE, needs: [make], script: cat /odtp/odtp-input/id}
            """);
        var isGone = false;
        proxy.Fault = request => (isGone |= request.Query["partNumber"] == "2") ? S3Fault.Down : null;

        var id = (await workspace.DoAsync("run", file, "--detach")).Lines[0];
        await using var events = workspace.Start("events", "-f", id);
        await events.LineAsync("waits for the object store since", Workspace.Patience, Cancelled);
        var waiting = (await workspace.JsonAsync("show", id)).GetProperty("steps")[0];
        Assert.Equal("Collecting", waiting.GetProperty("status").GetString());
        Assert.Contains("waits for the object store since", waiting.GetProperty("activity").GetString(), StringComparison.Ordinal);
        Assert.Contains(proxy.Address.Authority, (await workspace.DoAsync("show", id)).Out, StringComparison.Ordinal);

        Assert.Equal(1, (await workspace.RunAsync("wait", id)).ExitCode);
        var failed = (await workspace.JsonAsync("show", id)).GetProperty("steps")[0];
        Assert.Equal("OutputUpload", failed.GetProperty("reason").GetString());
        var made = (await workspace.DoAsync("logs", id, "make")).Lines[0];

        proxy.Fault = _ => null;
        await workspace.DoAsync("execution", "resume", id);
        await workspace.DoAsync("wait", id);
        Assert.Equal(made + "\n", (await workspace.DoAsync("cp", $"{id}/make:id", "-")).Out);
        Assert.Equal([made], (await workspace.DoAsync("logs", id, "use")).Lines);
    }

    /// <summary>Makes files, takes them into another step, and fetches what that one left, file by file and as a whole.</summary>
    private static async Task<(string Table, string LargeHash, string Names)> RunAsync(Workspace workspace)
    {
        var file = workspace.Write("workflow.yaml", """
            steps:
              make:
                image: IMAGE
                script: |
                  cd /odtp/odtp-output
                  mkdir -p tree/empty
                  for i in 1 2 3 4 5 6 7 8; do echo "$i" > "tree/file $i"; done
                  ln -s 'file 1' tree/link
                  yes some text | head -c 20000000 > large
              use:
                image: IMAGE
                needs: [make]
                script: |
                  cd /odtp/odtp-output
                  cat /odtp/odtp-input/tree/file* > table
                  cp /odtp/odtp-input/large copied
                  head -c 1000 /odtp/odtp-input/large > small
            """);
        await workspace.DoAsync("run", file);
        var folder = Path.Combine(workspace.Folder, "fetched");
        await workspace.DoAsync("cp", "last/use", folder);
        await using var large = File.OpenRead(Path.Combine(folder, "copied"));
        return (
            (await workspace.DoAsync("cp", "last/use:table", "-")).Out,
            Convert.ToHexStringLower(await SHA256.HashDataAsync(large, Cancelled)),
            string.Join(' ', Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder, path)).Order(StringComparer.Ordinal)));
    }
}
