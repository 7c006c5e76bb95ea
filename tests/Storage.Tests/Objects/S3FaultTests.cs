using System.Security.Cryptography;
using Twinrunner.Storage.Objects;
using Twinrunner.Storage.Objects.S3;
using Twinrunner.TestKit;

namespace Twinrunner.Storage.Tests.Objects;

public sealed class FirstS3FaultTests() : S3FaultTests(TestS3.First);

public sealed class SecondS3FaultTests() : S3FaultTests(TestS3.Second);

/// <summary>A real server behind a proxy that misbehaves.</summary>
public abstract class S3FaultTests(string variable) : IAsyncLifetime
{
    private static readonly byte[] Large = RandomNumberGenerator.GetBytes(33_000_000); // four parts

    private TestBucket _bucket = null!;
    private S3FaultProxy _proxy = null!;
    private S3ObjectStore _store = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var server = TestS3.Get(variable);
        _bucket = await server.MakeBucketAsync(Token);
        _proxy = await S3FaultProxy.StartAsync(server, Token);
        _store = Open(_bucket.Options with { Endpoint = _proxy.Address, CaFile = null, Retries = 1 });
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _store?.Dispose();
        if (_proxy is not null)
            await _proxy.DisposeAsync();
        if (_bucket is not null)
            await _bucket.DisposeAsync();
    }

    [Fact]
    public async Task A_large_object_goes_up_in_parts_and_comes_back_as_it_was()
    {
        var put = await _store.PutAsync("large", new MemoryStream(Large), new(Large.Length), Token);

        Assert.Equal((Large.Length, Convert.ToHexStringLower(SHA256.HashData(Large))), (put.Size, put.Sha256));
        Assert.Equal(4, _proxy.Requests.Count(request => request.Contains("partNumber=", StringComparison.Ordinal)));
        Assert.Equal(Large, await ReadAsync("large", null));
        Assert.Equal(Large[10_000_000..20_000_000], await ReadAsync("large", new(10_000_000, 10_000_000)));
    }

    [Fact]
    public async Task A_large_object_of_unknown_length_or_another_hash_is_stored_or_refused_as_a_small_one_is()
    {
        await _store.PutAsync("large", new MemoryStream(Large), new(), Token);
        await Assert.ThrowsAsync<ObjectStoreException>(() => _store.PutAsync("other", new MemoryStream(Large), new(Sha256: new string('0', 64)), Token));
        await Assert.ThrowsAsync<ObjectStoreException>(() => _store.PutAsync("other", new MemoryStream(Large), new(Large.Length + 1), Token));

        Assert.Equal(Large.Length, (await _store.HeadAsync("large", Token))!.Size);
        Assert.Null(await _store.HeadAsync("other", Token));
    }

    [Fact]
    public async Task A_put_that_failed_goes_on_after_the_parts_that_arrived()
    {
        _proxy.Fault = request => request.Query["partNumber"] == "3" ? S3Fault.Down : null;
        await Assert.ThrowsAsync<ObjectStoreException>(() => PutLargeAsync());
        _proxy.Fault = _ => null;
        _proxy.Requests.Clear();

        await PutLargeAsync();

        Assert.DoesNotContain(_proxy.Requests, request => request.Contains("partNumber=1&", StringComparison.Ordinal));
        Assert.Contains(_proxy.Requests, request => request.Contains("partNumber=3&", StringComparison.Ordinal));
        Assert.Equal(Large, await ReadAsync("large", null));
    }

    [Fact]
    public async Task Other_content_at_the_key_of_a_failed_put_takes_none_of_its_parts()
    {
        _proxy.Fault = request => request.Query["partNumber"] == "3" ? S3Fault.Down : null;
        await Assert.ThrowsAsync<ObjectStoreException>(() => PutLargeAsync());
        _proxy.Fault = _ => null;
        var other = (byte[])Large.Clone();
        other[0] ^= 1;

        await _store.PutAsync("large", new MemoryStream(other), new(other.Length), Token);

        Assert.Equal(other, await ReadAsync("large", null));
    }

    [Fact]
    public async Task Too_many_requests_are_sent_again()
    {
        var refused = 0;
        _proxy.Fault = request => request.Method == "PUT" && Interlocked.Increment(ref refused) == 1 ? S3Fault.SlowDown : null;

        await _store.PutAsync("small", new MemoryStream([1, 2, 3]), new(), Token);

        Assert.Equal([1, 2, 3], await ReadAsync("small", null));
    }

    [Fact]
    public async Task A_put_whose_last_answer_is_lost_has_succeeded()
    {
        _proxy.Fault = request => request.Method == "POST" && request.Query.ContainsKey("uploadId") ? S3Fault.AnswerLost : null;

        await PutLargeAsync();

        Assert.Equal(Large, await ReadAsync("large", null));
    }

    [Fact]
    public async Task A_read_that_breaks_off_goes_on_where_it_broke()
    {
        await PutLargeAsync();
        _proxy.Fault = request => request.Method == "GET" ? S3Fault.Truncate : null;

        Assert.Equal(Large, await ReadAsync("large", null, onceRead: () => _proxy.Fault = _ => null));
    }

    [Fact]
    public async Task Content_that_was_changed_is_never_given_out_whole()
    {
        await _store.PutAsync("small", new MemoryStream([1, 2, 3]), new(), Token);
        _proxy.Fault = _ => S3Fault.Lie;

        var exception = await Assert.ThrowsAsync<ObjectStoreException>(() => ReadAsync("small", null));

        Assert.Contains("damaged", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_never_answers_is_given_up_after_the_time_limit()
    {
        using var impatient = Open(_bucket.Options with { Endpoint = _proxy.Address, CaFile = null, Retries = 0, Timeout = TimeSpan.FromMilliseconds(300) });
        _proxy.Fault = _ => S3Fault.Silent;

        var exception = await Assert.ThrowsAsync<ObjectStoreException>(() => impatient.HeadAsync("a", Token));

        Assert.True(exception.Message.Contains("didn't answer in time", StringComparison.Ordinal), exception.ToString());
    }

    [Fact]
    public async Task Abandoned_uploads_are_aborted_and_others_are_not()
    {
        _proxy.Fault = request => request.Query["partNumber"] == "3" ? S3Fault.Down : null;
        await Assert.ThrowsAsync<ObjectStoreException>(() => PutLargeAsync());
        using var later = Open(_bucket.Options with { AbandonedAfter = TimeSpan.FromSeconds(-5) });

        Assert.Equal(0, await _bucket.Store.AbortAbandonedAsync(Token));
        Assert.Equal(1, await later.AbortAbandonedAsync(Token));
        Assert.Equal(0, await later.AbortAbandonedAsync(Token));

        _proxy.Fault = _ => null;
        await Assert.ThrowsAsync<ObjectStoreException>(() => PutLargeAsync()); // its upload is gone, which it finds out
        await PutLargeAsync();
        Assert.Equal(Large, await ReadAsync("large", null));
    }

    [Fact]
    public async Task Anyone_may_use_a_presigned_address_until_it_expires()
    {
        using var http = TestS3.Get(variable).OpenHttp();
        var put = await _bucket.Store.PresignAsync("a b/ü", PresignedVerb.Put, TimeSpan.FromMinutes(1), Token);
        using (var stored = await http.PutAsync(put, new ByteArrayContent([1, 2, 3]), Token))
            Assert.True(stored.IsSuccessStatusCode, await stored.Content.ReadAsStringAsync(Token));

        Assert.Equal([1, 2, 3], await http.GetByteArrayAsync(await _bucket.Store.PresignAsync("a b/ü", PresignedVerb.Get, TimeSpan.FromMinutes(1), Token), Token));
        using var refused = await http.GetAsync(put, Token);
        Assert.Equal(System.Net.HttpStatusCode.Forbidden, refused.StatusCode);
    }

    private Task<ObjectInfo> PutLargeAsync() => _store.PutAsync("large", new MemoryStream(Large), new(Large.Length), Token);

    private async Task<byte[]> ReadAsync(string key, ByteRange? range, Action? onceRead = null)
    {
        await using var stream = (await _store.GetAsync(key, range, Token))!;
        var copy = new MemoryStream();
        var buffer = new byte[81920];
        while (await stream.ReadAsync(buffer, Token) is > 0 and var count)
        {
            copy.Write(buffer, 0, count);
            onceRead?.Invoke();
        }
        return copy.ToArray();
    }

    private static S3ObjectStore Open(S3Options options) => S3ObjectStore.Open(options, TimeProvider.System);
}
