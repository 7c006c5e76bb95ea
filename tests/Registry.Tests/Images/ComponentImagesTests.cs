using Twinrunner.Registry.Components;
using Twinrunner.Registry.Images;
using Twinrunner.Registry.Tests.Support;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Registry.Tests.Images;

public sealed class ComponentImagesTests
{
    private readonly FakeImageBuilder _engine = new();
    private readonly BuildLines _lines = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_image_is_built_from_the_commit_and_pinned_in_the_version()
    {
        await using var registry = await TestRegistry.StartAsync(builder: _engine);
        var version = await AddAsync(registry, "build-args: [A=1]\n");

        var image = await EnsureAsync(registry, version);
        var again = await EnsureAsync(registry, version);

        Assert.True(image.Succeeded);
        Assert.Equal(image, again);
        var build = Assert.Single(_engine.Builds);
        Assert.Equal($"twinrunner/loader:0.1.0-{version.Commit[..12]}", build.Reference);
        Assert.Equal("1", build.Arguments["A"]);
        Assert.Equal((version.Commit, "0.1.0"), (build.Labels["org.opencontainers.image.revision"], build.Labels["org.opencontainers.image.version"]));
        Assert.Equal(["Dockerfile", "app/app.sh", "odtp.yml"], _engine.Context);
        var stored = await registry.Get<VersionStore>().GetAsync(version.Id, Token);
        Assert.Equal((image.Reference, image.Digest), (stored!.Image, stored.ImageDigest));
        Assert.Contains("component.image", await registry.EventTypesAsync());
    }

    [Fact]
    public async Task Files_that_are_lost_are_fetched_once_more_from_their_commit()
    {
        await using var registry = await TestRegistry.StartAsync(builder: _engine);
        using var repository = TestRepository.WithComponent();
        var version = (await registry.AddAsync(new(repository.Path))).Added[0];
        repository.Write("later.txt", "not in it");
        repository.Commit("later");
        await registry.Get<SourceArchives>().DeleteAsync(version.ComponentId, version.Commit, Token);

        Assert.True((await EnsureAsync(registry, version)).Succeeded);
        Assert.Equal(["Dockerfile", "app/app.sh", "odtp.yml"], _engine.Context);
    }

    [Fact]
    public async Task Files_that_cannot_be_had_any_more_fail_the_build_with_the_reason()
    {
        await using var registry = await TestRegistry.StartAsync(builder: _engine);
        var version = await AddAsync(registry);
        await registry.Get<SourceArchives>().DeleteAsync(version.ComponentId, version.Commit, Token);
        await registry.Get<ComponentStore>().UpdateAsync(version.ComponentId, component => component with { Repository = "/nowhere" }, Token);

        var image = await EnsureAsync(registry, version);
        Assert.Equal(FailureReason.ImageBuild, image.Reason);
        Assert.Contains("/nowhere", image.Message);
    }

    [Fact]
    public async Task However_many_ask_there_is_one_build()
    {
        await using var registry = await TestRegistry.StartAsync(builder: _engine);
        var version = await AddAsync(registry);
        var (begun, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        _engine.OnBuild = async (progress, token) =>
        {
            begun.SetResult();
            await go.Task.WaitAsync(token);
            await progress.LineAsync("Step 2/2 : COPY app /app", token);
            return null;
        };
        var images = registry.Get<ComponentImages>();

        var first = images.EnsureAsync(version.Id, _lines, Token);
        await begun.Task.WaitAsync(Token);
        var others = Enumerable.Range(0, 3).Select(_ => images.EnsureAsync(version.Id, new BuildLines(), Token)).ToList();
        using var leaving = new CancellationTokenSource();
        var left = images.EnsureAsync(version.Id, new BuildLines(), leaving.Token);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        go.SetResult();
        var results = await Task.WhenAll([first, .. others]);

        Assert.Single(results.Distinct());
        Assert.Single(_engine.Builds);
        Assert.Contains("Step 2/2 : COPY app /app", _lines.All);
    }

    [Fact]
    public async Task A_build_that_nobody_waits_for_any_more_stops()
    {
        await using var registry = await TestRegistry.StartAsync(builder: _engine);
        var version = await AddAsync(registry);
        var (begun, stopped) = (new TaskCompletionSource(), new TaskCompletionSource());
        _engine.OnBuild = async (_, token) =>
        {
            begun.SetResult();
            await using var registration = token.Register(stopped.SetResult);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            return null;
        };
        using var leaving = new CancellationTokenSource();

        var build = registry.Get<ComponentImages>().EnsureAsync(version.Id, _lines, leaving.Token);
        await begun.Task.WaitAsync(Token);
        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => build);
        Assert.True(stopped.Task.IsCompletedSuccessfully);
        _engine.OnBuild = null;
        Assert.True((await EnsureAsync(registry, version)).Succeeded);
    }

    [Fact]
    public async Task A_failed_build_says_which_instruction_and_the_last_lines_and_keeps_its_log()
    {
        await using var registry = await TestRegistry.StartAsync(builder: _engine);
        var version = await AddAsync(registry);
        _engine.OnBuild = async (progress, token) =>
        {
            foreach (var line in new[] { "Step 1/2 : FROM scratch", "Step 2/2 : RUN make", " ---> Running in 0123", "make: nothing here", "make: giving up" })
                await progress.LineAsync(line, token);
            return ImageResult.Failed(FailureReason.ImageBuild, "The command '/bin/sh -c make' returned a non-zero code: 2");
        };

        var image = await EnsureAsync(registry, version);

        Assert.Equal(FailureReason.ImageBuild, image.Reason);
        Assert.Equal(
            "The image can't be built: it failed at 'RUN make': The command '/bin/sh -c make' returned a non-zero code: 2. Its last lines: make: nothing here | make: giving up",
            image.Message);
        await using var log = await registry.Get<BuildLogs>().OpenAsync(version, Token);
        var text = await new StreamReader(log!).ReadToEndAsync(Token);
        Assert.Contains("Step 2/2 : RUN make\n", text, StringComparison.Ordinal);
        Assert.EndsWith(image.Message + "\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_build_is_followed_while_it_runs_from_wherever_one_was()
    {
        await using var registry = await TestRegistry.StartAsync(builder: _engine);
        var version = await AddAsync(registry);
        var (go, logs) = (new TaskCompletionSource(), registry.Get<BuildLogs>());
        _engine.OnBuild = async (progress, token) =>
        {
            await progress.LineAsync("first\rpart", token);
            await go.Task.WaitAsync(token);
            await progress.LineAsync("last", token);
            return null;
        };
        Assert.Null(await logs.FollowAsync(version, 0, Token));

        Assert.Null(await registry.Get<ImageRequests>().RequestAsync(version.Id, Token));
        var all = ReadAsync(0);
        var rest = ReadAsync(3);
        go.SetResult();
        var ended = await all;

        Assert.Equal([1, 2, 3, 4], ended.Select(line => line.Number));
        Assert.StartsWith("Getting the image of loader 0.1.0", ended[0].Text, StringComparison.Ordinal);
        Assert.Equal(["first part", "last"], ended.Skip(2).Select(line => line.Text));
        Assert.Equal(["last"], (await rest).Select(line => line.Text));
        Assert.Equal(ended, await ReadAsync(0));
        Assert.True((await registry.Get<ImageRequests>().RequestAsync(version.Id, Token))!.Succeeded);

        async Task<List<BuildLine>> ReadAsync(long after)
        {
            List<BuildLine> lines = [];
            await foreach (var line in (await logs.FollowAsync(version, after, Token))!)
                lines.Add(line);
            return lines;
        }
    }

    [Fact]
    public async Task Why_an_image_could_not_be_had_stays_with_the_version_until_it_can()
    {
        await using var registry = await TestRegistry.StartAsync(builder: _engine);
        var version = await AddAsync(registry);
        _engine.OnBuild = (_, _) => Task.FromResult<ImageResult?>(ImageResult.Failed(FailureReason.ImageBuild, "no"));
        var failed = await EnsureAsync(registry, version);
        var before = await registry.Get<VersionStore>().GetAsync(version.Id, Token);
        _engine.OnBuild = null;
        await EnsureAsync(registry, version);

        Assert.Equal(failed.Message, before!.ImageFailure);
        Assert.Null((await registry.Get<VersionStore>().GetAsync(version.Id, Token))!.ImageFailure);
    }

    [Fact]
    public async Task A_build_has_a_time_limit()
    {
        await using var registry = await TestRegistry.StartAsync(options => options.BuildTimeout = TimeSpan.FromMilliseconds(200), _engine);
        var version = await AddAsync(registry);
        _engine.OnBuild = async (_, token) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            return null;
        };

        var image = await EnsureAsync(registry, version);

        Assert.Contains("took longer", image.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_that_the_engine_lost_is_built_again_and_its_new_digest_is_recorded()
    {
        await using var registry = await TestRegistry.StartAsync(builder: _engine);
        var version = await AddAsync(registry);
        var first = await EnsureAsync(registry, version);
        _engine.Images.Clear();

        var second = await EnsureAsync(registry, version);

        Assert.NotEqual(first.Digest, second.Digest);
        Assert.Equal(second.Digest, (await registry.Get<VersionStore>().GetAsync(version.Id, Token))!.ImageDigest);
    }

    [Fact]
    public async Task A_published_image_is_pulled_and_stays_pinned_by_its_digest()
    {
        await using var registry = await TestRegistry.StartAsync(builder: _engine);
        var version = await AddAsync(registry, "component-docker-image: example/loader:1\n");
        _engine.Published["example/loader:1"] = "sha256:aaa";

        var image = await EnsureAsync(registry, version);
        _engine.Images.Clear();
        _engine.Published["example/loader:1"] = "sha256:bbb"; // pushed again
        _engine.Published["example/loader@sha256:aaa"] = "sha256:aaa";
        var again = await EnsureAsync(registry, version);

        Assert.Equal(("example/loader:1", "sha256:aaa"), (image.Reference, image.Digest));
        Assert.Equal(image, again);
        Assert.Empty(_engine.Builds);
    }

    [Fact]
    public async Task What_was_built_is_pushed_where_the_operator_wants_it_and_named_by_its_digest_there()
    {
        await using var registry = await TestRegistry.StartAsync(options => options.PushImagesTo = "registry.example.org/twins", _engine);
        var version = await AddAsync(registry);
        _engine.PushFailure = "nobody answers";
        var failed = await EnsureAsync(registry, version);
        _engine.PushFailure = null;

        var image = await EnsureAsync(registry, version);
        var again = await EnsureAsync(registry, version);

        Assert.Equal("nobody answers", failed.Message);
        Assert.Equal($"registry.example.org/twins/loader:0.1.0-{version.Commit[..12]}", image.Reference);
        Assert.StartsWith("sha256:pushed-", image.Digest, StringComparison.Ordinal);
        Assert.Equal(image, again);
        var stored = await registry.Get<VersionStore>().GetAsync(version.Id, Token);
        Assert.Equal((image.Reference, image.Digest, ImageOrigin.Build), (stored!.Image, stored.ImageDigest, stored.ImageOrigin));
    }

    [Fact]
    public async Task What_was_built_before_is_pushed_without_building_it_again()
    {
        RegistryOptions? options = null;
        await using var registry = await TestRegistry.StartAsync(o => options = o, _engine);
        var version = await AddAsync(registry);
        await EnsureAsync(registry, version);
        options!.PushImagesTo = "registry.example.org/twins";

        var image = await EnsureAsync(registry, version);

        Assert.StartsWith("registry.example.org/twins/", image.Reference, StringComparison.Ordinal);
        Assert.Single(_engine.Builds);
    }

    [Fact]
    public async Task Where_a_pinned_image_is_gone_nothing_else_is_run_in_its_place()
    {
        await using var registry = await TestRegistry.StartAsync(builder: _engine);
        var version = await AddAsync(registry, "component-docker-image: example/loader:1\n");
        _engine.Published["example/loader:1"] = "sha256:aaa";
        await EnsureAsync(registry, version);
        _engine.Images.Clear();
        _engine.Published.Clear();

        var image = await EnsureAsync(registry, version);

        Assert.Equal(FailureReason.ImagePull, image.Reason);
        Assert.Contains("is pinned to that image", image.Message, StringComparison.Ordinal);
        Assert.Empty(_engine.Builds);
    }

    [Fact]
    public async Task Where_the_published_image_can_t_be_had_it_is_built()
    {
        await using var registry = await TestRegistry.StartAsync(builder: _engine);
        var version = await AddAsync(registry, "component-docker-image: example/gone:1\n");

        var image = await EnsureAsync(registry, version);

        Assert.StartsWith("twinrunner/loader:", image.Reference, StringComparison.Ordinal);
        Assert.Contains("There is no image 'example/gone:1'. It is built from the component's files instead.", _lines.All);
    }

    [Fact]
    public async Task Uncommitted_files_are_never_run_with_a_published_image()
    {
        await using var registry = await TestRegistry.StartAsync(builder: _engine);
        _engine.Published["example/loader:1"] = "sha256:aaa";
        using var repository = TestRepository.Create();
        repository.WriteComponent("loader", "1", more: "component-docker-image: example/loader:1\n");
        repository.Commit("first");
        var dirty = (await registry.AddAsync(new(repository.Path, Dirty: true))).Added[0];

        await EnsureAsync(registry, dirty);

        Assert.Single(_engine.Builds);
    }

    [Fact]
    public async Task What_dockerignore_names_doesn_t_go_to_the_engine()
    {
        await using var registry = await TestRegistry.StartAsync(builder: _engine);
        using var repository = TestRepository.WithComponent();
        repository.Write(".dockerignore", "app\n!app/keep\nDockerfile\n");
        repository.Write("app/keep", "kept");
        repository.Commit("ignore");
        var version = (await registry.AddAsync(new(repository.Path))).Added[0];

        await EnsureAsync(registry, version);

        Assert.Equal([".dockerignore", "Dockerfile", "app/keep", "odtp.yml"], _engine.Context);
    }

    [Fact]
    public async Task Without_a_Dockerfile_it_says_so()
    {
        await using var registry = await TestRegistry.StartAsync(builder: _engine);
        using var repository = TestRepository.Create();
        repository.Write("odtp.yml", "component-name: bare\n");
        repository.Commit("first");
        var version = (await registry.AddAsync(new(repository.Path))).Added[0];

        var image = await EnsureAsync(registry, version);

        Assert.Contains("no Dockerfile", image.Message, StringComparison.Ordinal);
        Assert.Contains(version.Warnings, warning => warning.Contains("can't run in a container", StringComparison.Ordinal));
    }

    private Task<ImageResult> EnsureAsync(TestRegistry registry, ComponentVersion version) =>
        registry.Get<ComponentImages>().EnsureAsync(version.Id, _lines, Token);

    private static async Task<ComponentVersion> AddAsync(TestRegistry registry, string more = "")
    {
        using var repository = TestRepository.Create();
        repository.WriteComponent("loader", "0.1.0", more: more);
        repository.Commit("first");
        return (await registry.AddAsync(new(repository.Path))).Added[0];
    }
}
