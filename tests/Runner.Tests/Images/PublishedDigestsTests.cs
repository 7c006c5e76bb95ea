using Microsoft.Extensions.Logging.Abstractions;
using Twinrunner.Registry;
using Twinrunner.Registry.ImageRegistries;
using Twinrunner.Runner.Images;
using Twinrunner.TestKit;
using Twinrunner.TestKit.ImageRegistries;

namespace Twinrunner.Runner.Tests.Images;

/// <summary>What the names of images stand for, asked of a stand-in of an image registry.</summary>
public sealed class PublishedDigestsTests : IAsyncLifetime
{
    private TestImageRegistry _registry = null!;
    private TestHost _host = null!;
    private ManualTime _time = null!;
    private PublishedDigests _digests = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _registry = await TestImageRegistry.StartAsync(Cancel);
        _host = await TestHost.StartAsync(settings => settings with { Registry = new RegistryOptions { PrivateHosts = ["127.0.0.1"] } }, Cancel);
        _time = new();
        _digests = new(_host.Get<ImageRegistryClient>(), _time, NullLogger<PublishedDigests>.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _registry.DisposeAsync();
    }

    [Fact]
    public async Task A_tag_is_asked_once_a_minute_however_many_steps_have_it()
    {
        var (image, first) = ($"{_registry.Host}/lab/tool:1", _registry.Push("lab/tool", "1", "first"));
        var found = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _digests.FindAsync(image, Cancel)));
        Assert.All(found, digest => Assert.Equal(first, digest));
        Assert.Single(_registry.Requests, request => request.Path.Contains("manifests/1", StringComparison.Ordinal));

        var second = _registry.Push("lab/tool", "1", "second");
        Assert.Equal(first, await _digests.FindAsync(image, Cancel));
        _time.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(second, await _digests.FindAsync(image, Cancel));
    }

    [Fact]
    public async Task What_no_image_registry_knows_has_no_digest()
    {
        Assert.Null(await _digests.FindAsync($"{_registry.Host}/lab/unknown:1", Cancel));
        Assert.Null(await _digests.FindAsync("twinrunner/own:1-abc", Cancel));
        Assert.Null(await _digests.FindAsync("NO NAME", Cancel));
        Assert.DoesNotContain(_registry.Requests, request => request.Path.Contains("twinrunner/own", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_digest_in_the_name_is_the_answer()
    {
        var digest = "sha256:" + new string('a', 64);
        Assert.Equal(digest, await _digests.FindAsync($"{_registry.Host}/lab/tool:1@{digest}", Cancel));
        Assert.Empty(_registry.Requests);
    }
}
