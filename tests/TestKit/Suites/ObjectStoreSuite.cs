using System.Security.Cryptography;
using System.Text;
using Twinrunner.Storage.Objects;
using Xunit;

namespace Twinrunner.TestKit.Suites;

/// <summary>What every <see cref="IObjectStore"/> does. A back end joins by deriving a class that opens an empty store.</summary>
public abstract class ObjectStoreSuite : IAsyncLifetime
{
    private static readonly PutOptions Plain = new();

    /// <summary>Keys that some file system, shell or protocol trips over, in the order in which they are listed.</summary>
    private static readonly string[] OddKeys =
    [
        " ", "%", "%41", "%incoming", "+a b&c=d", ".hidden", "...", "A", "C:\\windows\\con", "a", "a b", "a!", "a-b", "a.d", "a.d/x", "a.d.d", "a/b",
        "a/b.d", "a/b/c", "a0", "aux", "d", "trailing.", "trailing./x", "trailing ", "x\u0001\u007f", "é", "日本語/ファイル", "\uFB00", "😀",
    ];

    private IObjectStore _objects = null!;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected IObjectStore Objects => _objects;

    /// <summary>Opens a store without objects.</summary>
    protected abstract ValueTask<IObjectStore> OpenAsync();

    public virtual async ValueTask InitializeAsync() => _objects = await OpenAsync();

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3_000_000)]
    public async Task Bytes_come_back_with_their_size_and_hash(int size)
    {
        var bytes = RandomNumberGenerator.GetBytes(size);

        var put = await _objects.PutAsync("a/b.bin", new MemoryStream(bytes), Plain, Token);

        Assert.Equal(("a/b.bin", size, Convert.ToHexStringLower(SHA256.HashData(bytes))), (put.Key, put.Size, put.Sha256));
        Assert.Equal(bytes, await ReadAsync("a/b.bin"));
        var head = (await _objects.HeadAsync("a/b.bin", Token))!;
        Assert.Equal(size, head.Size);
        Assert.True((put.ModifiedAt - head.ModifiedAt).Duration() < TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task What_is_not_there_is_null_and_may_be_deleted()
    {
        await PutAsync("a/b", "x");

        foreach (var key in (string[])["b", "a", "a/b/c", "a/bb"])
        {
            Assert.Null(await _objects.GetAsync(key, null, Token));
            Assert.Null(await _objects.HeadAsync(key, Token));
            await _objects.DeleteAsync(key, Token);
        }
        Assert.Equal("x", await ReadTextAsync("a/b"));
    }

    [Fact]
    public async Task A_put_replaces_and_a_reader_of_the_old_object_reads_it_to_its_end()
    {
        await PutAsync("a", new string('1', 1_000_000));
        await using var old = (await _objects.GetAsync("a", null, Token))!;

        await PutAsync("a", "2");

        Assert.Equal("2", await ReadTextAsync("a"));
        Assert.Equal(new string('1', 1_000_000), await new StreamReader(old).ReadToEndAsync(Token));
    }

    [Theory]
    [InlineData(0L, null, "0123456789")]
    [InlineData(3L, null, "3456789")]
    [InlineData(0L, 4L, "0123")]
    [InlineData(9L, 1L, "9")]
    [InlineData(8L, 100L, "89")]
    [InlineData(0L, long.MaxValue, "0123456789")]
    [InlineData(5L, 0L, "")]
    [InlineData(10L, null, "")]
    [InlineData(1000L, 5L, "")]
    public async Task A_range_ends_where_the_object_ends(long offset, long? length, string expected)
    {
        await PutAsync("digits", "0123456789");

        await using var stream = (await _objects.GetAsync("digits", new ByteRange(offset, length), Token))!;

        Assert.Equal(expected, await new StreamReader(stream).ReadToEndAsync(Token));
    }

    [Fact]
    public async Task A_range_that_starts_before_the_object_is_refused()
    {
        await PutAsync("a", "x");

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => _objects.GetAsync("a", new ByteRange(-1, null), Token));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => _objects.GetAsync("a", new ByteRange(0, -1), Token));
    }

    [Fact]
    public async Task Content_that_differs_from_its_hash_or_length_is_not_stored()
    {
        await PutAsync("a", "old");

        await Assert.ThrowsAsync<ObjectStoreException>(() => PutAsync("a", "new", new(Sha256: new string('0', 64))));
        await Assert.ThrowsAsync<ObjectStoreException>(() => PutAsync("a", "new", new(ContentLength: 4)));
        await Assert.ThrowsAsync<ObjectStoreException>(() => PutAsync("b", "new", new(ContentLength: 2)));

        Assert.Equal("old", await ReadTextAsync("a"));
        Assert.Equal(["a"], await ListAsync(""));
        await PutAsync("a", "new", new(3, Convert.ToHexStringLower(SHA256.HashData("new"u8))));
    }

    [Fact]
    public async Task A_stream_that_breaks_or_a_put_that_is_cancelled_leaves_what_was_there()
    {
        await PutAsync("a", "old");

        await Assert.ThrowsAsync<InvalidDataException>(() => _objects.PutAsync("a", new BreakingStream(), Plain, Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => _objects.PutAsync("a", new MemoryStream([1]), Plain, new CancellationToken(canceled: true)));

        Assert.Equal("old", await ReadTextAsync("a"));
    }

    [Fact]
    public async Task Odd_keys_are_stored_apart_and_listed_in_the_order_of_their_bytes()
    {
        string[] keys = [.. OddKeys, new string('n', 255), new string('n', 1024), new string('é', 511) + "/x", string.Join('/', Enumerable.Repeat("p", 512)), new string(':', 300)];
        foreach (var key in keys.Reverse())
            await PutAsync(key, "content of " + key);

        foreach (var key in keys)
            Assert.Equal("content of " + key, await ReadTextAsync(key));
        Assert.Equal(keys.OrderBy(Encoding.UTF8.GetBytes, ByteOrder), await ListAsync(""));

        foreach (var key in keys)
            await _objects.DeleteAsync(key, Token);
        Assert.Empty(await ListAsync(""));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../a")]
    [InlineData("a/../../b")]
    [InlineData("a/./b")]
    public async Task What_is_not_a_key_is_refused(string key)
    {
        await Assert.ThrowsAsync<ArgumentException>(() => PutAsync(key, "x"));
        await Assert.ThrowsAsync<ArgumentException>(() => _objects.GetAsync(key, null, Token));
        await Assert.ThrowsAsync<ArgumentException>(() => _objects.HeadAsync(key, Token));
        await Assert.ThrowsAsync<ArgumentException>(() => _objects.DeleteAsync(key, Token));
    }

    [Fact]
    public async Task A_key_with_half_a_surrogate_pair_is_refused() => await Assert.ThrowsAsync<ArgumentException>(() => PutAsync("a\ud800", "x"));

    [Fact]
    public async Task A_key_of_more_than_1024_bytes_is_refused()
    {
        await PutAsync(new string('k', 1024), "x");
        await Assert.ThrowsAsync<ArgumentException>(() => PutAsync(new string('k', 1025), "x"));
        await Assert.ThrowsAsync<ArgumentException>(() => PutAsync(new string('é', 513), "x"));
    }

    [Theory]
    [InlineData("", "a,a/b,a/b/c,ab,b")]
    [InlineData("a", "a,a/b,a/b/c,ab")]
    [InlineData("a/", "a/b,a/b/c")]
    [InlineData("a/b", "a/b,a/b/c")]
    [InlineData("a/b/", "a/b/c")]
    [InlineData("c", "")]
    [InlineData("a//", "")]
    [InlineData("../", "")]
    public async Task A_list_has_the_keys_that_start_with_the_prefix(string prefix, string expected)
    {
        foreach (var key in (string[])["b", "ab", "a/b/c", "a/b", "a"])
            await PutAsync(key, key);

        Assert.Equal(expected.Split(',', StringSplitOptions.RemoveEmptyEntries), await ListAsync(prefix));
    }

    [Fact]
    public async Task Puts_and_deletes_at_the_same_time_leave_whole_objects()
    {
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(async () =>
        {
            await PutAsync($"folder/{i % 5}/same", new string((char)('a' + i % 26), 10_000));
            if (i % 3 == 0)
                await _objects.DeleteAsync($"folder/{i % 5}/same", Token);
        }, Token)));

        foreach (var key in await ListAsync("folder/"))
            Assert.Single((await ReadTextAsync(key)).Distinct());
    }

    protected Task<ObjectInfo> PutAsync(string key, string text, PutOptions? options = null) =>
        _objects.PutAsync(key, new MemoryStream(Encoding.UTF8.GetBytes(text)), options ?? Plain, Token);

    protected async Task<string> ReadTextAsync(string key) => Encoding.UTF8.GetString(await ReadAsync(key));

    protected async Task<List<string>> ListAsync(string prefix)
    {
        var keys = new List<string>();
        await foreach (var info in _objects.ListAsync(prefix, Token))
            keys.Add(info.Key);
        return keys;
    }

    private static Comparer<byte[]> ByteOrder { get; } = Comparer<byte[]>.Create((left, right) => left.AsSpan().SequenceCompareTo(right));

    private async Task<byte[]> ReadAsync(string key)
    {
        await using var stream = (await _objects.GetAsync(key, null, Token))!;
        var copy = new MemoryStream();
        await stream.CopyToAsync(copy, Token);
        return copy.ToArray();
    }

    /// <summary>Gives some bytes and then fails, as a cut connection does.</summary>
    private sealed class BreakingStream : MemoryStream
    {
        private int _reads;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            _reads++ < 3 ? ValueTask.FromResult(buffer.Length) : throw new InvalidDataException("the connection was cut");
    }
}
