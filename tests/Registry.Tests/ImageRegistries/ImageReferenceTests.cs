using Twinrunner.Registry.ImageRegistries;

namespace Twinrunner.Registry.Tests.ImageRegistries;

public sealed class ImageReferenceTests
{
    private const string Digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData("debian", "docker.io", "library/debian", null, null, "debian")]
    [InlineData("debian:12", "docker.io", "library/debian", "12", null, "debian:12")]
    [InlineData("odtp/loader", "docker.io", "odtp/loader", null, null, "odtp/loader")]
    [InlineData("docker.io/library/debian:12", "docker.io", "library/debian", "12", null, "debian:12")]
    [InlineData("Index.Docker.io/odtp/loader", "docker.io", "odtp/loader", null, null, "odtp/loader")]
    [InlineData("ghcr.io/odtp-org/a/b__c:v1.0_x", "ghcr.io", "odtp-org/a/b__c", "v1.0_x", null, "ghcr.io/odtp-org/a/b__c:v1.0_x")]
    [InlineData("localhost/loader", "localhost", "loader", null, null, "localhost/loader")]
    [InlineData("localhost:5000/loader", "localhost:5000", "loader", null, null, "localhost:5000/loader")]
    [InlineData("[::1]:5000/loader:1", "[::1]:5000", "loader", "1", null, "[::1]:5000/loader:1")]
    [InlineData("host:5000", "docker.io", "library/host", "5000", null, "host:5000")]
    [InlineData("odtp/loader@" + Digest, "docker.io", "odtp/loader", null, Digest, "odtp/loader@" + Digest)]
    [InlineData("odtp/loader:1@" + Digest, "docker.io", "odtp/loader", "1", Digest, "odtp/loader:1@" + Digest)]
    public void A_name_is_completed_as_Docker_does_it(string text, string host, string path, string? tag, string? digest, string shortened)
    {
        Assert.True(ImageReference.TryParse(text, out var reference, out var fault), fault);

        Assert.Equal((host, path, tag, digest), (reference.Host, reference.Path, reference.Tag, reference.Digest));
        Assert.Equal(shortened, reference.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("Odtp/Loader")]
    [InlineData("odtp//loader")]
    [InlineData("../../etc/passwd")]
    [InlineData("ghcr.io/a/../b")]
    [InlineData("ghcr.io/a/..%2fb")]
    [InlineData("ghcr.io/a?x=y")]
    [InlineData("ghcr.io/a#b")]
    [InlineData("user:password@ghcr.io/a")]
    [InlineData("https://ghcr.io/a")]
    [InlineData("ghcr.io:99999/a")]
    [InlineData("ghcr.io:0/a")]
    [InlineData("odtp/loader:")]
    [InlineData("odtp/loader:-1")]
    [InlineData("odtp/loader@sha256:abc")]
    [InlineData("odtp/loader@md5:0123")]
    [InlineData("odtp/loader\nHost: evil")]
    [InlineData("--privileged")]
    [InlineData("odtp/lôader")]
    public void What_is_no_name_is_refused_with_a_sentence(string text)
    {
        Assert.False(ImageReference.TryParse(text, out _, out var fault));

        Assert.Matches(@"^'.*' (is not the name of an image|has no valid digest): .*\.$", fault);
        Assert.DoesNotContain('\n', fault);
    }

    [Fact]
    public void An_endless_name_is_refused_at_once() =>
        Assert.False(ImageReference.TryParse(new string('a', 1_000_000), out _, out _));
}
