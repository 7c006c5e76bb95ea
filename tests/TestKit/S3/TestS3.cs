using System.Web;
using Amazon.S3.Model;
using Twinrunner.Storage.Objects;
using Twinrunner.Storage.Objects.S3;
using Xunit;

namespace Twinrunner.TestKit;

/// <summary>
/// A real S3 server that tests may use, from a variable: <c>http://KEY:SECRET@HOST:PORT/?region=…&amp;ca=FILE&amp;other=KEY2:SECRET2…</c>, where
/// the other keys are another user's. The test command starts two servers that differ (scripts/s3.sh, which names all that may be said).
/// </summary>
public sealed class TestS3
{
    public const string First = "TWIN_TEST_S3", Second = "TWIN_TEST_S3_SECOND";

    private TestS3(S3Options options) => Options = options;

    /// <summary>How it is reached; the bucket is each test's own.</summary>
    public S3Options Options { get; }

    /// <summary>Keys of another user.</summary>
    public (string Key, string Secret)? Other { get; private init; }

    /// <summary>The name below which buckets are in host names; null: the server knows none.</summary>
    public string? HostName { get; private init; }

    /// <summary>A key that the server encrypts with; null: it has none.</summary>
    public string? EncryptionKey { get; private init; }

    /// <summary>The server that the variable names; skips the test where it names none.</summary>
    public static TestS3 Get(string variable)
    {
        if (Environment.GetEnvironmentVariable(variable) is not { Length: > 0 } address)
        {
            Assert.Skip($"{variable} names no S3 server: `scripts/s3.sh start` starts two and says how to name them");
            return null!;
        }
        var url = new Uri(address);
        var query = HttpUtility.ParseQueryString(url.Query);
        var (key, secret) = Pair(url.UserInfo);
        return new(new()
        {
            Endpoint = new(url.GetLeftPart(UriPartial.Scheme) + url.Authority),
            AccessKey = key,
            SecretKey = secret,
            Region = query["region"],
            CaFile = query["ca"] is { Length: > 0 } file ? file : null,
        })
        {
            Other = query["other"] is { Length: > 0 } other ? Pair(other) : null,
            HostName = query["host"],
            EncryptionKey = query["encryption"],
        };
    }

    /// <summary>An empty bucket of this test's own.</summary>
    public async Task<TestBucket> MakeBucketAsync(CancellationToken cancellationToken)
    {
        var options = Options with { Bucket = $"twin-test-{Guid.NewGuid():N}", CreateBucket = true };
        var store = S3ObjectStore.Open(options, TimeProvider.System);
        await store.EnsureBucketAsync(cancellationToken);
        return new(options, store);
    }

    /// <summary>For requests without credentials.</summary>
    public HttpClient OpenHttp() => new(S3Client.Connections(Options));

    /// <summary>A key may hold a colon, as Swift's do; a secret here doesn't.</summary>
    private static (string, string) Pair(string text) => text.LastIndexOf(':') is > 0 and var colon
        ? (Uri.UnescapeDataString(text[..colon]), Uri.UnescapeDataString(text[(colon + 1)..]))
        : throw new FormatException("expected KEY:SECRET");
}

/// <summary>A bucket that is deleted with all that is in it.</summary>
public sealed class TestBucket(S3Options options, S3ObjectStore store) : IAsyncDisposable
{
    public S3Options Options => options;

    public S3ObjectStore Store => store;

    public async ValueTask DisposeAsync()
    {
        // Not the test's token: it may be cancelled by now.
        using var client = S3Client.Create(options);
        await Parallel.ForEachAsync(store.ListAsync("", CancellationToken.None), async (item, token) => await store.DeleteAsync(item.Key, token));
        foreach (var upload in (await client.ListMultipartUploadsAsync(options.Bucket)).MultipartUploads ?? [])
            await client.AbortMultipartUploadAsync(options.Bucket, upload.Key, upload.UploadId);
        await client.DeleteBucketAsync(new DeleteBucketRequest { BucketName = options.Bucket });
        store.Dispose();
    }
}
