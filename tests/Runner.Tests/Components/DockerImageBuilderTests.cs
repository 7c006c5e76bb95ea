using Twinrunner.Client;
using Twinrunner.Registry.Components;
using Twinrunner.Registry.Images;
using Twinrunner.Runner.Components;
using Twinrunner.Runner.Executors.Docker;
using Twinrunner.Runner.Executors.Docker.Engine;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;
using Twinrunner.TestKit;
using Twinrunner.TestKit.Executors;
using FailureReason = Twinrunner.Storage.Documents.FailureReason;
using ImageOrigin = Twinrunner.Client.ImageOrigin;

namespace Twinrunner.Runner.Tests.Components;

/// <summary>Real builds on the engine of this machine.</summary>
public sealed class DockerImageBuilderTests
{
    private readonly List<string> _lines = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_component_with_an_odd_name_is_built_once_and_again_when_its_image_is_gone()
    {
        using var engine = await TestEngine.OpenAsync(Token);
        var image = await TestEngine.EnsureImageAsync(engine, Token);
        await using var host = await TestHost.StartAsync(Token);
        using var folder = ComponentFolder.Create("Odd Name, Ünïcode", $"FROM {image}\nARG GREETING=none\nCOPY app.sh /app.sh\nRUN echo \"$GREETING\" > /greeting && cat /greeting\n", $"build-args: {{GREETING: \"it's $HOME\", RUN: {Guid.NewGuid()}}}\n");
        folder.Write("app.sh", "echo hello\n");
        folder.Commit("v1");
        var version = await AddAsync(host, folder);

        var first = await EnsureAsync(host, engine, version);
        try
        {
            Assert.True(first.Succeeded, first.Message);
            var built = await engine.FindImageAsync(first.Reference, Token);
            Assert.Equal(first.Digest, built!.Id);
            Assert.Equal(version.Commit, built.Config!.Labels!["org.opencontainers.image.revision"]);
            Assert.Contains("it's $HOME", _lines);
            Assert.Equal(first, await EnsureAsync(host, engine, version));

            await engine.RemoveImageAsync(first.Reference, force: true, Token);
            var again = await EnsureAsync(host, engine, version);

            Assert.NotNull(await engine.FindImageAsync(again.Digest!, Token));
            Assert.Equal(again.Digest, (await host.Get<VersionStore>().GetAsync(version.Id, Token))!.ImageDigest);
        }
        finally
        {
            await engine.RemoveImageAsync(first.Reference ?? "none", force: true, Token);
        }
        Assert.Contains("COPY app.sh", await new StreamReader(await host.Client.OpenBuildLogAsync("Odd Name, Ünïcode", "v1", Token)).ReadToEndAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_build_names_the_instruction_and_what_it_printed()
    {
        using var engine = await TestEngine.OpenAsync(Token);
        var image = await TestEngine.EnsureImageAsync(engine, Token);
        await using var host = await TestHost.StartAsync(Token);
        using var folder = ComponentFolder.Create(dockerfile: $"FROM {image}\nRUN echo nothing here; exit 3\n");

        var failed = await EnsureAsync(host, engine, await AddAsync(host, folder));

        Assert.Equal(FailureReason.ImageBuild, failed.Reason);
        Assert.Contains("'RUN echo nothing here; exit 3'", failed.Message, StringComparison.Ordinal);
        Assert.Contains("non-zero code: 3", failed.Message, StringComparison.Ordinal);
        Assert.EndsWith("Its last lines: nothing here", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_build_that_was_asked_for_is_followed_by_HTTP_to_its_end()
    {
        using var engine = await TestEngine.OpenAsync(Token);
        var image = await TestEngine.EnsureImageAsync(engine, Token);
        await using var host = await TestHost.StartAsync(Token);
        using var folder = ComponentFolder.Create(dockerfile: $"FROM {image}\nRUN echo {Guid.NewGuid()}\n");
        var version = await AddAsync(host, folder);

        var none = await Assert.ThrowsAsync<ApiException>(async () => await LinesAsync());
        var asked = await host.Client.BuildImageAsync("loader", "1.0.0", Token);
        var lines = await LinesAsync();
        var again = await host.Client.BuildImageAsync("loader", "1.0.0", Token);
        var stored = (await host.Client.FindVersionAsync("loader", "1.0.0", Token))!;
        await engine.RemoveImageAsync(stored.Image!, force: true, Token);

        Assert.Equal(System.Net.HttpStatusCode.NotFound, none.Status);
        Assert.True(asked.Running);
        Assert.StartsWith("Getting the image of loader", lines[0], StringComparison.Ordinal);
        Assert.Contains(lines, line => line.StartsWith("Successfully built", StringComparison.Ordinal));
        Assert.False(again.Running);
        Assert.Equal((version.Id.ToString(), ImageOrigin.Build), (stored.Id, stored.ImageOrigin));

        async Task<List<string>> LinesAsync()
        {
            List<string> read = [];
            await foreach (var line in host.Client.FollowBuildLogAsync("loader", "1.0.0", null, Token))
                read.Add(line.Value.Text);
            return read;
        }
    }

    [Fact]
    public async Task A_published_image_that_the_engine_has_is_used_as_it_is()
    {
        using var engine = await TestEngine.OpenAsync(Token);
        var image = await TestEngine.EnsureImageAsync(engine, Token);
        await using var host = await TestHost.StartAsync(Token);
        using var folder = ComponentFolder.Create(more: $"component-docker-image: \"{image}\"\n");

        var found = await EnsureAsync(host, engine, await AddAsync(host, folder));

        Assert.Equal((image, (await engine.FindImageAsync(image, Token))!.Id), (found.Reference, found.Digest));
    }

    [Fact]
    public async Task Without_an_engine_it_says_so()
    {
        await using var host = await TestHost.StartAsync(Token);
        using var engine = new DockerEngine(EngineAddress.FromEnvironment(name => name == "DOCKER_HOST" ? "unix:///no/such/engine.sock" : null));
        using var folder = ComponentFolder.Create();

        var failed = await EnsureAsync(host, engine, await AddAsync(host, folder));

        Assert.Equal(FailureReason.Infrastructure, failed.Reason);
        Assert.StartsWith("The container engine can't be used", failed.Message, StringComparison.Ordinal);
    }

    private async Task<ComponentVersion> AddAsync(TestHost host, ComponentFolder folder)
    {
        var added = await host.Client.AddComponentAsync(new() { Path = folder.Path }, Token);
        return (await host.Get<VersionStore>().GetAsync(Id<ComponentVersion>.Parse(added.Added[0].Id), Token))!;
    }

    private Task<ImageResult> EnsureAsync(TestHost host, DockerEngine engine, ComponentVersion version)
    {
        var images = new ComponentImages(
            host.Get<VersionStore>(), host.Get<EventStore>(), host.Get<BuildLogs>(), host.Get<VersionFiles>(),
            new DockerImageBuilder(engine, new DockerConfigLogins(null)), host.Get<Registry.RegistryOptions>(), TimeProvider.System);
        return images.EnsureAsync(version.Id, new Progress(_lines), Token);
    }

    private sealed class Progress(List<string> lines) : IBuildProgress
    {
        public ValueTask LineAsync(string line, CancellationToken cancellationToken)
        {
            lines.Add(line);
            return ValueTask.CompletedTask;
        }
    }
}
