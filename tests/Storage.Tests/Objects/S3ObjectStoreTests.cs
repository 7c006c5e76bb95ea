using Twinrunner.Storage.Objects;
using Twinrunner.TestKit;
using Twinrunner.TestKit.Suites;

namespace Twinrunner.Storage.Tests.Objects;

public sealed class FirstS3ObjectStoreTests() : S3ObjectStoreTests(TestS3.First);

public sealed class SecondS3ObjectStoreTests() : S3ObjectStoreTests(TestS3.Second);

public abstract class S3ObjectStoreTests(string server) : ObjectStoreSuite
{
    private TestBucket? _bucket;

    protected TestBucket Bucket => _bucket!;

    protected override async ValueTask<IObjectStore> OpenAsync()
    {
        _bucket = await TestS3.Get(server).MakeBucketAsync(Token);
        return _bucket.Store;
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await base.DisposeAsync();
        if (_bucket is not null)
            await _bucket.DisposeAsync();
    }
}
