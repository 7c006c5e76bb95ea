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
