using Twinrunner.Runner.Executors;
using Twinrunner.Runner.Executors.Docker;
using Twinrunner.Runner.Executors.Docker.Engine;
using Twinrunner.Storage.Documents;
using Twinrunner.TestKit.Executors;

namespace Twinrunner.Runner.Tests.Executors.Docker;

public sealed class DockerImageTests : DockerTests
{
    [Fact]
    public async Task A_pinned_digest_that_the_name_does_not_have_is_refused()
    {
        var plan = Rig.Shell("true") with { ImageDigest = "sha256:" + new string('0', 64) };
        var (result, sink) = await RunAsync(plan);
        Assert.Equal(FailureReason.ImagePull, result.Reason);
        Assert.Contains("not what the step was pinned to", result.Message, StringComparison.Ordinal);
        Assert.False(result.Ran);
        Assert.Null(sink.Handle);
    }

    [Fact]
    public async Task A_pinned_image_runs_although_its_name_was_moved()
    {
        var image = (await Engine.FindImageAsync(Rig.Image!, Cancel))!;
        var plan = Rig.Shell("echo ran") with { Image = "twinrunner-test/moved:1", ImageDigest = image.Id };
        var (result, sink) = await RunAsync(plan);
        Assert.True(result.Succeeded, result.Message);
        Assert.Equal("ran\n", sink.StdoutText);
        Assert.Equal(image.Id, (await Engine.FindContainerAsync(plan.Key.Name, Cancel))!.Image);
    }

    [Fact]
    public async Task Resolving_an_image_tells_its_digest_or_why_there_is_none()
    {
        var image = (await Engine.FindImageAsync(Rig.Image!, Cancel))!;
        Assert.Equal(image.Id, (await Executor.ResolveImageAsync(Rig.Image!, null, new RecordingSink(), Cancel)).Digest);
        var missing = await Executor.ResolveImageAsync("127.0.0.1:1/none:1", null, new RecordingSink(), Cancel);
        Assert.Equal(FailureReason.ImagePull, missing.Failure!.Reason);
    }

    [Fact]
    public async Task An_image_registry_that_nobody_answers_for_is_told_from_an_image_that_is_not_there()
    {
        var (result, sink) = await RunAsync(Rig.Shell("true") with { Image = "127.0.0.1:1/none:1" });
        Assert.Equal(FailureReason.ImagePull, result.Reason);
        Assert.Contains("can't reach the image registry 127.0.0.1:1", result.Message, StringComparison.Ordinal);
        Assert.Equal(["pulling 127.0.0.1:1/none:1"], sink.Activities);
    }

    [Theory]
    [InlineData("manifest for a/b:c not found: manifest unknown", "There is no image a/b:c")]
    [InlineData("pull access denied for a/b, repository does not exist or may require 'docker login'", "docker login docker.io")]
    [InlineData("toomanyrequests: You have reached your pull rate limit", "rate limit")]
    [InlineData("Get \"https://x/v2/\": dial tcp: lookup x: no such host", "can't reach the image registry")]
    [InlineData("no space left on device", "could not be pulled: no space left on device")]
    public void A_pull_that_fails_says_what_to_do(string engine, string expected) =>
        Assert.Contains(expected, EngineFailures.DescribePull("a/b:c", new DockerException(engine)), StringComparison.Ordinal);

    [Theory]
    [InlineData("The command '/bin/sh -c make' returned a non-zero code: 2", "The command '/bin/sh -c make' returned a non-zero code: 2")]
    [InlineData("The command '/bin/sh -c cc big.c' returned a non-zero code: 137", "memory ran out")]
    [InlineData("pull access denied for a/b, repository does not exist or may require 'docker login': denied", "twin credential set image-registry")]
    [InlineData("manifest for debian:nine not found: manifest unknown: manifest unknown", "check its name and tag")]
    [InlineData("Get \"https://registry-1.docker.io/v2/\": dial tcp: lookup registry-1.docker.io: no such host", "check the network")]
    [InlineData("COPY failed: file not found in build context or excluded by .dockerignore: stat app/x: file does not exist", "is it committed")]
    [InlineData("write /tmp/x: no space left on device", "docker system prune")]
    public void A_build_that_fails_says_what_to_do(string engine, string expected) =>
        Assert.Contains(expected, EngineFailures.DescribeBuild(new DockerException(engine)), StringComparison.Ordinal);

    [Theory]
    [InlineData("docker.io/library/debian:12", "debian", "12")]
    [InlineData("index.docker.io/odtp/loader", "odtp/loader", "latest")]
    [InlineData("ghcr.io/library/debian:12", "ghcr.io/library/debian", "12")]
    public void Docker_Hub_s_images_are_named_as_the_engine_names_them(string reference, string repository, string tag) =>
        Assert.Equal((repository, tag), (ImageName.Parse(reference).Repository, ImageName.Parse(reference).Tag));

    [Fact]
    public async Task The_credentials_of_docker_login_are_found_by_host()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Rig.Root, "config")).FullName;
        await File.WriteAllTextAsync(
            Path.Combine(folder, "config.json"),
            """{"auths":{"ghcr.io":{"auth":"bWU6cGE6c3M="},"https://index.docker.io/v1/":{"identitytoken":"t"},"empty.io":{}}}""",
            Cancel);
        var credentials = new DockerConfigLogins(folder);
        var ghcr = await credentials.FindAsync(ImageName.Parse("ghcr.io/a/b"), Cancel);
        Assert.Equal(("me", "pa:ss"), (ghcr!.Username, ghcr.Password));
        Assert.Equal("t", (await credentials.FindAsync(ImageName.Parse("docker.io/a/b"), Cancel))!.IdentityToken);
        Assert.Null(await credentials.FindAsync(ImageName.Parse("empty.io/a/b"), Cancel));
        Assert.Null(await credentials.FindAsync(ImageName.Parse("other.io/a/b"), Cancel));
        Assert.Null(await new DockerConfigLogins(null).FindAsync(ImageName.Parse("ghcr.io/a/b"), Cancel));
    }
}
