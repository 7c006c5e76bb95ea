using System.Net;
using System.Net.Sockets;
using Twinrunner.Cli.Doctor;
using Twinrunner.Storage.Objects.S3;
using Twinrunner.TestKit;

namespace Twinrunner.Cli.Tests.Doctor;

public sealed class ObjectsCheckTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory, InlineData(TestS3.First), InlineData(TestS3.Second)]
    public async Task Each_trouble_has_a_sentence_that_says_what_to_do(string variable)
    {
        var server = TestS3.Get(variable);
        await using var bucket = await server.MakeBucketAsync(Token);
        var good = bucket.Options with { CreateBucket = false };

        Assert.True((await CheckAsync(good)).Ok);
        Assert.Empty(await bucket.Store.ListAsync("", Token).ToListAsync(Token));
        await FailsAsync(good with { SecretKey = "wrong" }, "secret key is wrong");
        await FailsAsync(good with { AccessKey = "nobody" }, "doesn't know the access key", "secret key is wrong"); // one server doesn't tell which
        await FailsAsync(good with { Bucket = "twin-test-is-not-there" }, "isn't there");
        Assert.True((await CheckAsync(good with { Bucket = "twin-test-is-not-there", CreateBucket = true })).Ok);
        if (server.Other is var (key, secret))
            await FailsAsync(good with { AccessKey = key, SecretKey = secret }, "denies access", "isn't there");
        await FailsAsync(good with { Endpoint = new("http://127.0.0.1:" + FreePort()) }, "connection refused");
        await FailsAsync(good with { Endpoint = new("http://nowhere.invalid") }, "no address");
        if (good.CaFile is not null)
            await FailsAsync(good with { CaFile = null }, "certificate that isn't trusted");
    }

    [Fact]
    public async Task A_clock_that_is_wrong_is_told()
    {
        var server = TestS3.Get(TestS3.First);
        await using var proxy = await S3FaultProxy.StartAsync(server, Token);
        proxy.Fault = _ => S3Fault.Skewed;

        await FailsAsync(server.Options with { Bucket = "any-bucket", Endpoint = proxy.Address }, "clock differs");
    }

    private static Task<Finding> CheckAsync(S3Options options) => ObjectsCheck.CheckAsync(options, TimeProvider.System, Token);

    private static async Task FailsAsync(S3Options options, params string[] sentences)
    {
        var finding = await CheckAsync(options);
        Assert.False(finding.Ok, finding.Sentence);
        Assert.True(Array.Exists(sentences, sentence => finding.Sentence.Contains(sentence, StringComparison.Ordinal)), finding.Sentence);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
