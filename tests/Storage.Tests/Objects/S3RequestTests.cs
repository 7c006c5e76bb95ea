using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Twinrunner.Storage.Objects;
using Twinrunner.Storage.Objects.S3;

namespace Twinrunner.Storage.Tests.Objects;

/// <summary>What settings change in the requests that are sent, as a server would see them. That servers do what is asked is theirs to prove.</summary>
public sealed class S3RequestTests : IDisposable
{
    private static readonly S3Options Amazon = new() { Bucket = "lab", Prefix = "seven/", Region = "eu-central-2", AccessKey = "key", SecretKey = "secret" };

    private readonly Recorder _recorder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _recorder.Dispose();

    [Fact]
    public async Task At_Amazon_the_bucket_is_in_the_host_name_of_its_region()
    {
        using var store = Open(Amazon);

        await PutAsync(store, 1);

        var sent = Assert.Single(_recorder.Requests);
        Assert.Equal("https://lab.s3.eu-central-2.amazonaws.com/seven/a", sent.Address);
        Assert.Contains("Credential=key/", sent["Authorization"], StringComparison.Ordinal);
        Assert.Contains("/eu-central-2/s3/aws4_request", sent["Authorization"], StringComparison.Ordinal);
        var address = (await store.PresignAsync("a", PresignedVerb.Get, TimeSpan.FromMinutes(1), Token))!;
        Assert.StartsWith("https://lab.s3.eu-central-2.amazonaws.com/seven/a?", address.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "https://minio.example.org:9000/lab/seven/a")]
    [InlineData(true, "https://minio.example.org:9000/lab/seven/a")]
    [InlineData(false, "https://lab.minio.example.org:9000/seven/a")]
    public async Task At_an_endpoint_the_bucket_is_in_the_path_unless_it_is_told_otherwise(bool? pathStyle, string expected)
    {
        using var store = Open(Amazon with { Endpoint = new("https://minio.example.org:9000"), PathStyle = pathStyle, Region = null });

        await PutAsync(store, 1);

        var sent = Assert.Single(_recorder.Requests);
        Assert.Equal(expected, sent.Address);
        Assert.Contains("/us-east-1/s3/", sent["Authorization"], StringComparison.Ordinal);
        Assert.StartsWith(expected + "?", (await store.PresignAsync("a", PresignedVerb.Get, TimeSpan.FromMinutes(1), Token))!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_token_goes_with_every_request_and_into_presigned_addresses()
    {
        using var store = Open(Amazon with { SessionToken = "temporary" });

        await PutAsync(store, 9 << 20);
        await store.HeadAsync("a", Token);

        Assert.All(_recorder.Requests, sent => Assert.Equal("temporary", sent["x-amz-security-token"]));
        Assert.All(_recorder.Requests, sent => Assert.Contains("x-amz-security-token", sent["Authorization"], StringComparison.Ordinal));
        Assert.Contains("X-Amz-Security-Token=temporary", (await store.PresignAsync("a", PresignedVerb.Get, TimeSpan.FromMinutes(1), Token))!.Query, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AES256", "AES256", null)]
    [InlineData("aws:kms", "aws:kms", null)]
    [InlineData("aws:kms:arn:aws:kms:eu-central-2:1:key/2", "aws:kms", "arn:aws:kms:eu-central-2:1:key/2")]
    [InlineData(null, null, null)]
    public async Task Encryption_is_asked_for_with_each_object_whole_or_in_parts(string? setting, string? method, string? key)
    {
        using var store = Open(Amazon with { Encryption = setting });

        await PutAsync(store, 1);
        await PutAsync(store, 9 << 20);

        var objects = _recorder.Requests.Where(sent => sent.Method == "PUT" && !sent.Address.Contains("partNumber", StringComparison.Ordinal) || sent.Address.EndsWith("?uploads", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, objects.Count);
        Assert.All(objects, sent => Assert.Equal((method, key), (sent["x-amz-server-side-encryption"], sent["x-amz-server-side-encryption-aws-kms-key-id"])));
    }

    [Fact]
    public async Task What_is_sent_is_signed_by_its_hash_and_no_server_has_to_know_more()
    {
        using var store = Open(Amazon);

        await PutAsync(store, 9 << 20);
        await store.DeleteAsync("a", Token);

        var parts = _recorder.Requests.Where(sent => sent.Address.Contains("partNumber", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, parts.Count);
        Assert.All(parts, sent => Assert.Matches("^[0-9a-f]{64}$", sent["x-amz-content-sha256"]));
        Assert.All(_recorder.Requests, sent =>
        {
            Assert.Null(sent["Expect"]);
            Assert.Null(sent["x-amz-trailer"]);
            Assert.DoesNotContain("aws-chunked", sent["Content-Encoding"] ?? "", StringComparison.Ordinal);
        });
    }

    /// <summary>As a service account's pod on Kubernetes: nothing is set but what the platform puts into the environment.</summary>
    [Fact]
    public async Task Without_keys_a_web_identity_is_changed_for_temporary_ones()
    {
        var asked = new ConcurrentQueue<string>();
        await using var sts = await StartStsAsync(asked);
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "the.platforms.token", Token);
        var environment = new Dictionary<string, string>
        {
            ["AWS_ROLE_ARN"] = "arn:aws:iam::1:role/twin",
            ["AWS_WEB_IDENTITY_TOKEN_FILE"] = file,
            ["AWS_ENDPOINT_URL_STS"] = sts.Urls.First(),
            ["AWS_EC2_METADATA_DISABLED"] = "true",
        };
        try
        {
            foreach (var (name, value) in environment)
                Environment.SetEnvironmentVariable(name, value);
            using var store = Open(Amazon with { AccessKey = null, SecretKey = null });

            await PutAsync(store, 1);
        }
        finally
        {
            foreach (var name in environment.Keys)
                Environment.SetEnvironmentVariable(name, null);
            File.Delete(file);
        }

        var form = Assert.Single(asked);
        Assert.Contains("Action=AssumeRoleWithWebIdentity", form, StringComparison.Ordinal);
        Assert.Contains("RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Ftwin", form, StringComparison.Ordinal);
        Assert.Contains("WebIdentityToken=the.platforms.token", form, StringComparison.Ordinal);
        var sent = Assert.Single(_recorder.Requests);
        Assert.Contains("Credential=GIVEN/", sent["Authorization"], StringComparison.Ordinal);
        Assert.Equal("given-token", sent["x-amz-security-token"]);
    }

    private static async Task<WebApplication> StartStsAsync(ConcurrentQueue<string> asked)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(async context =>
        {
            asked.Enqueue(await new StreamReader(context.Request.Body).ReadToEndAsync(context.RequestAborted) + context.Request.QueryString);
            context.Response.ContentType = "text/xml";
            await context.Response.WriteAsync("""
                <AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult><Credentials>
                <AccessKeyId>GIVEN</AccessKeyId><SecretAccessKey>given-secret</SecretAccessKey><SessionToken>given-token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>
                </Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>
                """, context.RequestAborted);
        });
        await app.StartAsync(Token);
        return app;
    }

    private S3ObjectStore Open(S3Options options) => S3ObjectStore.Open(options, TimeProvider.System, _recorder);

    private static Task<ObjectInfo> PutAsync(S3ObjectStore store, int size) => store.PutAsync("a", new MemoryStream(new byte[size]), new(size), Token);

    /// <summary>Keeps what is sent, and answers as a server does that has no objections.</summary>
    private sealed class Recorder : HttpMessageHandler
    {
        public ConcurrentQueue<Sent> Requests { get; } = new();

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var headers = request.Headers.NonValidated.Concat(request.Content?.Headers.NonValidated ?? default)
                .ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
            Requests.Enqueue(new(request.Method.Method, request.RequestUri!.AbsoluteUri, headers));
            var answer = new HttpResponseMessage(HttpStatusCode.OK) { RequestMessage = request, Content = new StringContent(Body(request), null, "application/xml") };
            answer.Headers.ETag = new("\"0\"");
            return Task.FromResult(answer);
        }

        private static string Body(HttpRequestMessage request) => (request.Method.Method, request.RequestUri!.Query) switch
        {
            ("POST", "?uploads") => "<InitiateMultipartUploadResult><Bucket>lab</Bucket><Key>seven/a</Key><UploadId>1</UploadId></InitiateMultipartUploadResult>",
            ("POST", _) => "<CompleteMultipartUploadResult><ETag>\"0\"</ETag></CompleteMultipartUploadResult>",
            _ => "",
        };
    }

    private sealed record Sent(string Method, string Address, IReadOnlyDictionary<string, string> Headers)
    {
        public string? this[string header] => Headers.GetValueOrDefault(header);
    }
}
