using System.Net.Sockets;
using Amazon.S3;
using Twinrunner.Storage.Objects;
using Twinrunner.Storage.Objects.S3;
using Twinrunner.TestKit;
using Twinrunner.TestKit.Suites;

namespace Twinrunner.Storage.Tests.Objects;

/// <summary>The bucket in the host name and objects that the server encrypts, as at Amazon, on a real server.</summary>
public sealed class EncryptedS3ObjectStoreTests : ObjectStoreSuite
{
    private TestBucket? _bucket;
    private S3Options _options = new();
    private S3ObjectStore? _store;

    protected override async ValueTask<IObjectStore> OpenAsync()
    {
        var server = TestS3.Get(TestS3.First);
        if ((server.HostName, server.EncryptionKey) is not ({ } host, { } key))
        {
            Assert.Skip($"{TestS3.First} names a server without host name or encryption key");
            return null!;
        }
        _bucket = await server.MakeBucketAsync(Token);
        _options = _bucket.Options with
        {
            Endpoint = new UriBuilder(_bucket.Options.Endpoint!) { Host = host }.Uri,
            PathStyle = false,
            Encryption = $"aws:kms:{key}",
        };
        return _store = S3ObjectStore.Open(_options, TimeProvider.System, Connections());
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _store?.Dispose();
        if (_bucket is not null)
            await _bucket.DisposeAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20_000_000)]
    public async Task Objects_whole_and_in_parts_are_encrypted_with_the_key_and_presigned_addresses_lead_to_them(int size)
    {
        var bytes = new byte[size];
        Random.Shared.NextBytes(bytes);

        await Objects.PutAsync("a b", new MemoryStream(bytes), new(size), Token);

        using var client = S3Client.Create(_bucket!.Options);
        var stored = await client.GetObjectMetadataAsync(_options.Bucket, _options.Prefix + "a b", Token);
        Assert.Equal((ServerSideEncryptionMethod.AWSKMS, _options.Encryption), (stored.ServerSideEncryptionMethod, $"aws:kms:{stored.ServerSideEncryptionKeyManagementServiceKeyId}"));
        using var http = new HttpClient(Connections());
        var address = (await Objects.PresignAsync("a b", PresignedVerb.Get, TimeSpan.FromMinutes(1), Token))!;
        Assert.StartsWith(_options.Bucket + ".", address.Host, StringComparison.Ordinal);
        Assert.Equal(bytes, await http.GetByteArrayAsync(address, Token));
    }

    /// <summary>No name service knows the server: every name is the address that it listens at.</summary>
    private SocketsHttpHandler Connections()
    {
        var (connections, address) = (S3Client.Connections(_options), _bucket!.Options.Endpoint!);
        connections.ConnectCallback = async (_, token) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(address.Host, address.Port, token);
            return new NetworkStream(socket, ownsSocket: true);
        };
        return connections;
    }
}
