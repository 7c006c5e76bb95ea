using Twinrunner.Client;
using Twinrunner.Registry;
using Twinrunner.Registry.ImageRegistries;
using Twinrunner.Registry.Images;
using Twinrunner.Registry.Images.Links;
using Twinrunner.Runner.Executors.Docker.Engine;
using Twinrunner.Runner.Tests.Components;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;
using Twinrunner.TestKit;
using Twinrunner.TestKit.Executors;
using Twinrunner.TestKit.ImageRegistries;
using CredentialKind = Twinrunner.Client.CredentialKind;
using EngineImageName = Twinrunner.Runner.Executors.Docker.Engine.ImageName;
using ExecutionStatus = Twinrunner.Client.ExecutionStatus;
using FailureReason = Twinrunner.Storage.Documents.FailureReason;
using ImageOrigin = Twinrunner.Storage.Documents.ImageOrigin;

namespace Twinrunner.Runner.Tests.Images;

/// <summary>A real image registry with a password, the real engine that pushes to it and pulls from it, and the whole server.</summary>
public sealed class RealRegistryTests : IAsyncLifetime, IBuildProgress
{
    private readonly List<string> _references = [];
    private readonly List<string> _lines = [];
    private DockerEngine _engine = null!;
    private DockerRegistry _registry = null!;
    private TestHost _host = null!;
    private string _base = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _engine = await TestEngine.OpenAsync(Token);
        _base = await TestEngine.EnsureImageAsync(_engine, Token);
        _registry = await DockerRegistry.StartAsync(Token);
        _host = await TestHost.StartAsync(
            settings => settings with { RunSteps = true, Registry = new RegistryOptions { PrivateHosts = ["127.0.0.1"], PushImagesTo = $"{_registry.Host}/twins" } }, Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
            await _host.DisposeAsync();
        foreach (var reference in _references)
            await _engine.RemoveImageAsync(reference, force: true, CancellationToken.None);
        if (_registry is not null)
            await _registry.DisposeAsync();
        _engine?.Dispose();
    }

    public ValueTask LineAsync(string line, CancellationToken cancellationToken)
    {
        _lines.Add(line);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_real_image_is_read_only_with_the_login_and_its_tags_and_digest_are_right()
    {
        var digest = await PushAsync("tools", "1.0", "one");
        await PushAsync("tools", "1.1", "two");

        var denied = await Images.InspectAsync(Reference("tools:1.0"), Token);
        await LogInAsync();
        var image = await Images.InspectAsync(Reference("tools:1.0"), Token);
        var tags = await Images.ListTagsAsync(Reference("tools"), 10, Token);
        var target = await Images.ResolveAsync(Reference("tools:1.0"), Token);

        Assert.Equal(RegistryFailureKind.Denied, denied.Failure?.Kind);
        Assert.True(image.Succeeded, image.Failure?.Sentence);
        Assert.Equal((digest, digest), (image.Value.Digest, target.Value?.Digest));
        Assert.Equal(["linux/amd64"], image.Value.Platforms);
        Assert.Equal("one", image.Value.Config.Labels["test"]);
        Assert.Equal(["1.0", "1.1"], tags.Value!.Tags.Select(tag => tag.Name).Order());
    }

    [Fact]
    public async Task A_real_index_is_pinned_whole_and_a_deleted_tag_is_missing()
    {
        await LogInAsync();
        var (one, two) = (await PushAsync("tools", "amd", "one"), await PushAsync("tools", "arm", "two"));
        var index = await _registry.PushIndexAsync("tools", "1.0", Token, ("arm64", two), ("amd64", one));

        var image = await Images.InspectAsync(Reference("tools:1.0"), Token);
        await _registry.DeleteAsync("tools", index, Token);
        var gone = await Images.InspectAsync(Reference("tools:1.0"), Token);

        Assert.Equal(index, image.Value?.Digest);
        Assert.Equal(["linux/arm64", "linux/amd64"], image.Value!.Platforms);
        Assert.Equal("one", image.Value.Config.Labels["test"]);
        Assert.Equal(RegistryFailureKind.Missing, gone.Failure?.Kind);
    }

    [Fact]
    public async Task What_is_built_from_a_private_base_image_is_pushed_and_comes_back_with_the_same_bytes()
    {
        await PushAsync("tools", "1.0", "base");
        await ForgetAsync("tools:1.0");
        using var folder = ComponentFolder.Create(dockerfile: $"FROM {_registry.Host}/tools:1.0\nRUN echo built > /built\n");
        var version = await AddAsync(folder);
        var refused = await EnsureAsync(version);
        await LogInAsync();

        var built = await EnsureAsync(version);
        await ForgetAsync("tools:1.0");
        foreach (var own in await _engine.ListImagesAsync([$"org.opencontainers.image.revision={version.Commit}"], Token))
            await _engine.RemoveImageAsync(own.Id, force: true, Token);
        _lines.Clear();
        var pulled = await EnsureAsync(version);
        _references.Add($"{_registry.Host}/twins/loader@{pulled.Digest}");

        Assert.Equal(FailureReason.ImageBuild, refused.Reason);
        Assert.True(built.Succeeded, built.Message);
        Assert.StartsWith($"{_registry.Host}/twins/loader:", built.Reference, StringComparison.Ordinal);
        Assert.Equal(built, pulled);
        Assert.Contains(_lines, line => line == $"Pulling {_registry.Host}/twins/loader@{built.Digest}");
        Assert.DoesNotContain(_lines, line => line.StartsWith("Building", StringComparison.Ordinal));
        Assert.Equal(built.Digest, (await Images.ResolveAsync(Reference(built.Reference![(_registry.Host.Length + 1)..]), Token)).Value?.Digest);
    }

    [Fact]
    public async Task A_tag_that_is_pushed_again_leaves_the_version_and_its_runs_as_they_were()
    {
        await LogInAsync();
        var first = await PushAsync("tools", "1.0", "first");
        using var folder = ComponentFolder.Create();
        var version = await AddAsync(folder);
        var linked = await _host.Client.LinkImageAsync("loader", version.Name, new() { Image = $"{_registry.Host}/tools:1.0" }, Token);
        await PushAsync("tools", "1.0", "second");
        await ForgetAsync("tools:1.0");

        var image = await EnsureAsync(version);
        var stored = (await _host.Get<VersionStore>().GetAsync(version.Id, Token))!;
        var look = await _host.Get<ImageLinker>().LookAgainAsync([stored with { ImageOrigin = ImageOrigin.OdtpFile }], Token);
        _references.Add($"{_registry.Host}/tools@{first}");

        Assert.Equal((first, first), (linked.ImageDigest, image.Digest));
        Assert.Equal("first", (await _engine.FindImageAsync($"{_registry.Host}/tools@{first}", Token))!.Config!.Labels!["test"]);
        Assert.Equal((first, "first"), (linked.PublishedImage!.Digest, linked.PublishedImage.Labels["test"]));
        Assert.Equal("second", Assert.Single(look.Repushed).Now.Details.Labels["test"]);
    }

    [Fact]
    public async Task A_step_runs_a_private_image_that_is_only_named()
    {
        await LogInAsync();
        await PushAsync("tools", "1.0", "step");
        await ForgetAsync("tools:1.0");

        var execution = await _host.Client.SubmitAsync(new()
        {
            Spec = $"""
                steps:
                  - name: look
                    image: "{_registry.Host}/tools:1.0"
                    command: [sh, -c, echo ran > /odtp/odtp-output/out]
                """,
        }, Token);
        await foreach (var _ in _host.Client.FollowEventsAsync(execution.Id, null, Token))
        {
        }

        var ended = await _host.Client.GetExecutionAsync(execution.Id, Token);
        Assert.True(ended.Status == ExecutionStatus.Succeeded, ended.Message);
    }

    private ImageRegistryClient Images => _host.Get<ImageRegistryClient>();

    private ImageReference Reference(string name) =>
        ImageReference.TryParse($"{_registry.Host}/{name}", out var reference, out var fault) ? reference : throw new FormatException(fault);

    private Task<CredentialView> LogInAsync() => _host.Client.SetCredentialAsync(
        new() { Kind = CredentialKind.ImageRegistry, Host = _registry.Host, UserName = DockerRegistry.User, Secret = DockerRegistry.Password }, Token);

    /// <summary>Builds an image that differs by its label and pushes it.</summary>
    private async Task<string> PushAsync(string name, string tag, string label)
    {
        using var context = new MemoryStream();
        await using (var tar = new System.Formats.Tar.TarWriter(context, leaveOpen: true))
            await tar.WriteEntryAsync(
                new System.Formats.Tar.PaxTarEntry(System.Formats.Tar.TarEntryType.RegularFile, "Dockerfile")
                {
                    DataStream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes($"FROM {_base}\nLABEL test={label}\n")),
                },
                Token);
        context.Position = 0;
        var reference = $"{_registry.Host}/{name}:{tag}";
        _references.Add(reference);
        await _engine.BuildImageAsync(context, new() { Tags = [reference] }, _ => ValueTask.CompletedTask, Token);
        return await _engine.PushImageAsync(
            EngineImageName.Parse(reference), new() { Username = DockerRegistry.User, Password = DockerRegistry.Password }, _ => ValueTask.CompletedTask, Token);
    }

    private Task ForgetAsync(string name) => _engine.RemoveImageAsync($"{_registry.Host}/{name}", force: true, Token);

    private async Task<ComponentVersion> AddAsync(ComponentFolder folder)
    {
        var added = await _host.Client.AddComponentAsync(new() { Path = folder.Path }, Token);
        return (await _host.Get<VersionStore>().GetAsync(Id<ComponentVersion>.Parse(added.Added[0].Id), Token))!;
    }

    private Task<ImageResult> EnsureAsync(ComponentVersion version) => _host.Get<ComponentImages>().EnsureAsync(version.Id, this, Token);
}
