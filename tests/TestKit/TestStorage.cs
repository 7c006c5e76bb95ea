using Twinrunner.Storage;
using Twinrunner.Storage.Mongo;
using Twinrunner.TestKit.Mongo;

namespace Twinrunner.TestKit;

/// <summary>A database, an object store and a data folder of a test's own. They stay over restarts of what uses them, and go with the test.</summary>
public sealed class TestStorage : IAsyncDisposable
{
    private readonly TestFolder _folder = new();
    private readonly TestMongo? _mongo;
    private readonly TestBucket? _bucket;

    private TestStorage(TestMongo? mongo, TestBucket? bucket)
    {
        (_mongo, _bucket) = (mongo, bucket);
        Options = new() { DataFolder = _folder.Path, Mongo = mongo is null ? null : new MongoOptions(mongo.Address), S3 = bucket?.Options };
    }

    public StorageOptions Options { get; }

    /// <summary>Skips the test where the servers of a cluster aren't there.</summary>
    public static async Task<TestStorage> MakeAsync(BackEnds backEnds, CancellationToken cancellationToken) => backEnds == BackEnds.Cluster
        ? new(TestMongo.Create(), await TestS3.Get(TestS3.First).MakeBucketAsync(cancellationToken))
        : new(null, null);

    public async ValueTask DisposeAsync()
    {
        if (_mongo is not null)
            await _mongo.DisposeAsync();
        if (_bucket is not null)
            await _bucket.DisposeAsync();
        _folder.Dispose();
    }
}
