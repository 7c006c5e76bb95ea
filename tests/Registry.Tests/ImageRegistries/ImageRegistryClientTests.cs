using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Twinrunner.Registry.ImageRegistries;
using Twinrunner.Registry.Tests.Support;
using Twinrunner.TestKit;
using Twinrunner.TestKit.ImageRegistries;

namespace Twinrunner.Registry.Tests.ImageRegistries;

/// <summary>Against a stand-in on loopback; RealRegistryTests asks a real one.</summary>
public sealed class ImageRegistryClientTests : ImageRegistryTest
{
    [Fact]
    public async Task An_image_is_told_with_its_configuration()
    {
        var digest = Images.Push(Name, "1.0", "hello", config: new JsonObject
        {
            ["Entrypoint"] = new JsonArray("bash", "/odtp/startup.sh"),
            ["Cmd"] = new JsonArray("--all"),
            ["User"] = "1000",
            ["WorkingDir"] = "/odtp",
            ["ExposedPorts"] = new JsonObject { ["8501/tcp"] = new JsonObject() },
            ["Labels"] = new JsonObject { ["org.opencontainers.image.revision"] = "abc" },
        });

        var image = await FoundAsync("1.0");

        Assert.Equal((digest, $"{Images.Host}/{Name}:1.0"), (image.Digest, image.Reference.ToString()));
        Assert.Equal(["linux/amd64"], image.Platforms);
        Assert.Equal(["bash", "/odtp/startup.sh"], image.Config.Entrypoint);
        Assert.Equal(["--all"], image.Config.Command);
        Assert.Equal(("1000", "/odtp"), (image.Config.User, image.Config.WorkingDirectory));
        Assert.Equal(["8501/tcp"], image.Config.Ports);
        Assert.Equal("abc", image.Config.Labels["org.opencontainers.image.revision"]);
        Assert.True(image.Size > 0);
    }

    [Fact]
    public async Task Of_an_index_the_digest_is_pinned_and_attestations_are_no_platform()
    {
        var (amd, arm) = (Images.Push(Name, "amd", "a"), Images.Push(Name, "arm", "b", "arm64"));
        var index = Images.PushIndex(Name, "1.0", ("arm64", "v8", arm), ("amd64", null, amd));

        var image = await FoundAsync("1.0");

        Assert.Equal(index, image.Digest);
        Assert.Equal(["linux/arm64/v8", "linux/amd64"], image.Platforms);
    }

    [Fact]
    public async Task What_a_tag_points_to_is_asked_with_HEAD_and_without_a_pull()
    {
        var digest = Images.Push(Name, "1.0", "hello");

        var target = await Client.ResolveAsync(Reference("1.0"), Token);

        Assert.Equal(digest, target.Value?.Digest);
        Assert.Equal(["HEAD"], Images.Requests.Select(request => request.Method));
    }

    [Fact]
    public async Task Tags_come_from_all_pages_up_to_the_limit()
    {
        Images.TagPage = 3;
        for (var i = 0; i < 10; i++)
            Images.Push(Name, $"1.{i}", "hello");

        var all = await Client.ListTagsAsync(Reference(), 100, Token);
        var some = await Client.ListTagsAsync(Reference(), 5, Token);

        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"1.{i}"), all.Value!.Tags.Select(tag => tag.Name));
        Assert.Equal((true, false, 5), (all.Value.Complete, some.Value!.Complete, some.Value.Tags.Count));
    }

    [Fact]
    public async Task A_list_of_tags_that_never_ends_ends()
    {
        Images.Misbehave = async context =>
        {
            context.Response.Headers.Link = $"</v2/{Name}/tags/list?last=1.0>; rel=\"next\"";
            await context.Response.WriteAsync("{\"tags\":[\"1.0\"]}", Token);
            return true;
        };

        var tags = await Client.ListTagsAsync(Reference(), 1000, Token);

        Assert.True(tags.Succeeded);
        Assert.True(Images.Requests.Count < 5);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_manifest_or_configuration_that_doesn_t_hash_to_its_digest_is_refused(bool manifest)
    {
        var digest = Images.Push(Name, "1.0", "hello");
        var config = Images.ConfigDigest(digest);
        Images.Lies[manifest ? digest : config] = Encoding.UTF8.GetBytes("""{"schemaVersion":2,"config":{"Entrypoint":["evil"]}}""");

        var failure = await FailureAsync("1.0");

        Assert.Equal(RegistryFailureKind.Refused, failure.Kind);
        Assert.Contains("lies about", failure.Sentence, StringComparison.Ordinal);
        Assert.Contains(manifest ? digest : config, failure.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_missing_is_told_from_what_is_denied()
    {
        var missing = await FailureAsync("9.9");
        Images.Login = "ada:secret";
        var denied = await FailureAsync("9.9");

        Assert.Equal(RegistryFailureKind.Missing, missing.Kind);
        Assert.Contains($"There is no image {Images.Host}/{Name}:9.9", missing.Sentence, StringComparison.Ordinal);
        Assert.Equal(RegistryFailureKind.Denied, denied.Kind);
        Assert.Contains($"twin credential set image-registry {Images.Host}", denied.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_a_429_it_is_left_alone_for_as_long_as_it_says()
    {
        var digest = Images.Push(Name, "1.0", "hello");
        Images.Fail(429, retryAfter: "120");

        var limited = await FailureAsync("1.0");
        Images.Misbehave = null;
        var soon = await FailureAsync("1.0");
        Time.Advance(TimeSpan.FromSeconds(121));
        var later = await FoundAsync("1.0");

        Assert.Equal((RegistryFailureKind.Limited, new ManualTime().GetUtcNow() + TimeSpan.FromSeconds(120)), (limited.Kind, limited.Until));
        Assert.Equal(limited, soon);
        Assert.Equal(digest, later.Digest);
        Assert.Equal(3, Images.Requests.Count); // the 429, then manifest and configuration
    }

    [Fact]
    public async Task Pulls_that_are_used_up_are_waited_for_while_tags_can_still_be_resolved()
    {
        Images.Push(Name, "1.0", "hello");
        Images.Pulls = (100, 0);

        await Client.ResolveAsync(Reference("1.0"), Token);
        var limited = await FailureAsync("1.0");
        var resolved = await Client.ResolveAsync(Reference("1.0"), Token);
        Time.Advance(TimeSpan.FromSeconds(217));
        await FoundAsync("1.0");

        Assert.Equal(new ManualTime().GetUtcNow() + TimeSpan.FromSeconds(216), limited.Until);
        Assert.True(resolved.Succeeded);
        Assert.Equal((Images.Host, 100, 0), Registry.Get<PullLimits>().All.Select(limit => (limit.Host, limit.Limit!.Value, limit.Remaining!.Value)).Single());
    }

    [Fact]
    public async Task A_broken_a_cut_and_a_silent_registry_are_unreachable_each_with_why()
    {
        Images.Push(Name, "1.0", "hello");
        Images.Fail(503);
        var broken = await FailureAsync("1.0");
        Images.CutConnections();
        var cut = await FailureAsync("1.0");
        var (reached, left) = Images.Stall();
        var waiting = FailureAsync("1.0");
        await reached.WaitAsync(Token);
        Time.Advance(TimeSpan.FromSeconds(31));
        var silent = await waiting;
        await left.WaitAsync(Token);

        Assert.Equal([RegistryFailureKind.Unreachable], new[] { broken, cut, silent }.Select(failure => failure.Kind).Distinct());
        Assert.Contains("503", broken.Sentence, StringComparison.Ordinal);
        Assert.Contains("within 30 s", silent.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_is_too_long_is_not_read()
    {
        Images.Misbehave = async context =>
        {
            var block = new byte[1 << 20];
            for (var i = 0; i < 64 && !context.RequestAborted.IsCancellationRequested; i++)
                await context.Response.Body.WriteAsync(block, context.RequestAborted);
            return true;
        };

        var failure = await FailureAsync("1.0");

        Assert.Equal(RegistryFailureKind.Refused, failure.Kind);
        Assert.Contains("more than 4,096 KiB", failure.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"schemaVersion":1}""", "schema 1")]
    [InlineData("""{"schemaVersion":2,"config":{"mediaType":"application/vnd.cncf.helm.config.v1+json","digest":"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"},"layers":[]}""", "not an image, but application/vnd.cncf.helm")]
    [InlineData("""{"schemaVersion":2,"manifests":[null,{"digest":"../../secret"}]}""", "names no image")]
    [InlineData("""[1,2]""", "can't be read")]
    [InlineData("""{}""", "no manifest of an image")]
    public async Task What_is_no_image_is_refused_with_what_it_is(string manifest, string why)
    {
        Images.PushManifest(Name, "1.0", TestImageRegistry.ManifestType, JsonNode.Parse(manifest)!);

        var failure = await FailureAsync("1.0");

        Assert.Equal(RegistryFailureKind.Refused, failure.Kind);
        Assert.Contains(why, failure.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registry_in_a_private_network_that_nobody_named_is_not_asked()
    {
        Images.Push(Name, "1.0", "hello");
        await using var strict = await TestRegistry.StartAsync(options => options.DockerHubRegistry = Images.Address);

        var answer = await strict.Get<ImageRegistryClient>().InspectAsync(Parse("odtp/loader:1.0"), Token);

        Assert.Equal(RegistryFailureKind.Refused, answer.Failure?.Kind);
        Assert.Contains("privateHosts", answer.Failure!.Sentence, StringComparison.Ordinal);
        Assert.Empty(Images.Requests);
    }

    private ImageRegistryClient Client => Registry.Get<ImageRegistryClient>();

    private ImageReference Reference(string? tag = null) => Parse($"{Images.Host}/{Name}{(tag is null ? "" : ":" + tag)}");

    private async Task<PublishedImage> FoundAsync(string tag)
    {
        var answer = await Client.InspectAsync(Reference(tag), Token);
        Assert.True(answer.Succeeded, answer.Failure?.Sentence);
        return answer.Value;
    }

    private async Task<RegistryFailure> FailureAsync(string tag)
    {
        var answer = await Client.InspectAsync(Reference(tag), Token);
        Assert.False(answer.Succeeded);
        return answer.Failure;
    }
}
