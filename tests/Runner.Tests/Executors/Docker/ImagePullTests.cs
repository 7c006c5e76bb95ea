using Microsoft.Extensions.Logging.Abstractions;
using Twinrunner.Runner.Executors.Docker;
using Twinrunner.Runner.Executors.Docker.Engine;
using Twinrunner.Storage.Documents;
using Twinrunner.TestKit.Executors;
using Twinrunner.TestKit.ImageRegistries;

namespace Twinrunner.Runner.Tests.Executors.Docker;

/// <summary>Pulls from a real image registry on loopback.</summary>
public sealed class ImagePullTests : DockerTests
{
    private readonly string _name = "image-" + Guid.NewGuid().ToString("n")[..8];

    [Fact]
    public async Task A_missing_image_is_pulled_and_its_manifests_digest_told()
    {
        await using var registry = await TestImageRegistry.StartAsync(Cancel);
        var digest = registry.Push(_name, "1", "first");
        var reference = $"{registry.Host}/{_name}:1";
        var sink = new RecordingSink();
        var resolved = await Executor.ResolveImageAsync(reference, null, sink, Cancel);
        await ForgetAsync(reference);
        Assert.Null(resolved.Failure);
        Assert.Equal(digest, resolved.Digest);
        Assert.Equal($"pulling {reference}", sink.Activities[0]);
    }

    [Fact]
    public async Task A_pinned_digest_is_pulled_although_the_tag_has_moved()
    {
        await using var registry = await TestImageRegistry.StartAsync(Cancel);
        var digest = registry.Push(_name, "1", "first");
        registry.Push(_name, "1", "second");
        var reference = $"{registry.Host}/{_name}:1";
        var resolved = await Executor.ResolveImageAsync(reference, digest, new RecordingSink(), Cancel);
        Assert.Equal(digest, resolved.Digest);
        var image = await Engine.FindImageAsync($"{registry.Host}/{_name}@{digest}", Cancel);
        await ForgetAsync($"{registry.Host}/{_name}@{digest}");
        Assert.True(image!.Matches(digest));
    }

    [Fact]
    public async Task A_private_image_is_pulled_with_the_users_login_and_its_refusal_explained()
    {
        await using var registry = await TestImageRegistry.StartAsync(Cancel);
        registry.Login = "me:secret";
        registry.Push(_name, "1", "private");
        var reference = $"{registry.Host}/{_name}:1";
        var refused = await Executor.ResolveImageAsync(reference, null, new RecordingSink(), Cancel);
        Assert.Equal(FailureReason.ImagePull, refused.Failure!.Reason);
        Assert.Contains($"docker login {registry.Host}", refused.Failure.Message, StringComparison.Ordinal);

        var config = Directory.CreateDirectory(Path.Combine(Rig.Root, "config")).FullName;
        await File.WriteAllTextAsync(Path.Combine(config, "config.json"), $$"""{"auths":{"{{registry.Host}}":{"auth":"bWU6c2VjcmV0"} } }""", Cancel);
        using var executor = new DockerExecutor(
            Engine, new() { Installation = "test" }, new DockerConfigLogins(config), TimeProvider.System, NullLogger<DockerExecutor>.Instance);
        var pulled = await executor.ResolveImageAsync(reference, null, new RecordingSink(), Cancel);
        await ForgetAsync(reference);
        Assert.Null(pulled.Failure);
    }

    [Fact]
    public async Task A_tag_that_is_not_there_is_told_from_an_image_that_may_not_be_had()
    {
        await using var registry = await TestImageRegistry.StartAsync(Cancel);
        var missing = await Executor.ResolveImageAsync($"{registry.Host}/{_name}:9", null, new RecordingSink(), Cancel);
        Assert.Contains($"There is no image {registry.Host}/{_name}:9", missing.Failure!.Message, StringComparison.Ordinal);
    }

    private Task ForgetAsync(string reference) => Engine.RemoveImageAsync(reference, force: true, CancellationToken.None);
}
