using System.Formats.Tar;
using System.Text;
using Twinrunner.Runner.Executors;
using Twinrunner.Runner.Executors.Docker.Engine;
using Twinrunner.TestKit.Executors;

namespace Twinrunner.Runner.Tests.Executors.Docker;

public sealed class EngineTests : IAsyncDisposable
{
    private readonly List<string> _containers = [];
    private DockerEngine? _engine;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (var container in _containers)
            await _engine!.RemoveContainerAsync(container, CancellationToken.None);
        _engine?.Dispose();
    }

    [Fact]
    public async Task The_engine_tells_its_version_and_what_it_has()
    {
        var engine = await OpenAsync();
        Assert.True(await engine.PingAsync(Cancel) >= new Version(1, 41));
        Assert.NotEmpty((await engine.VersionAsync(Cancel)).Version);
        var info = await engine.InfoAsync(Cancel);
        Assert.True(info.Cpus > 0);
        Assert.True(info.MemTotal > 0);
    }

    [Fact]
    public async Task Attach_opened_before_start_gives_both_streams_from_the_first_byte()
    {
        var engine = await OpenAsync();
        var id = await CreateAsync(engine, "sh", "-c", "echo out; echo err >&2; printf '\\377\\000x'; exit 3");
        await using var attached = await engine.AttachContainerAsync(id, Cancel);
        await engine.StartContainerAsync(id, Cancel);
        var (stdout, stderr) = await ReadAllAsync(attached);
        Assert.Equal([.. "out\n"u8, 0xFF, 0, (byte)'x'], stdout);
        Assert.Equal("err\n"u8.ToArray(), stderr);
        Assert.Equal(3, await engine.WaitContainerAsync(id, Cancel));
        var container = await engine.FindContainerAsync(id, Cancel);
        Assert.Equal("exited", container!.State.Status);
        Assert.True(container.State.WasStarted);
    }

    [Fact]
    public async Task An_image_is_built_from_a_tar_with_labels_arguments_and_progress()
    {
        var engine = await OpenAsync();
        var image = await TestEngine.EnsureImageAsync(engine, Cancel);
        using var context = await ContextAsync($"FROM {image}\nARG WHAT\nRUN echo \"built $WHAT\" && echo \"$WHAT\" > /what\n");
        var lines = new List<string>();
        var options = new BuildOptions
        {
            Tags = ["twinrunner-test/built:1"],
            Dockerfile = "docker/Dockerfile",
            Labels = new Dictionary<string, string> { ["a"] = "b \"c\"" },
            BuildArguments = new Dictionary<string, string> { ["WHAT"] = "x $(id) y" },
            NoCache = true,
            Network = "none",
        };
        var id = await engine.BuildImageAsync(context, options, Collect(lines), Cancel);
        try
        {
            Assert.Contains("built x $(id) y", lines);
            var built = await engine.FindImageAsync("twinrunner-test/built:1", Cancel);
            Assert.Equal(id, built!.Id);
            Assert.True(built.Matches(id));
            Assert.Equal("b \"c\"", built.Config!.Labels!["a"]);
            await engine.TagImageAsync(id, "twinrunner-test/built", "2", Cancel);
            Assert.Equal(["twinrunner-test/built:1", "twinrunner-test/built:2"], (await engine.ListImagesAsync(["a"], Cancel)).Single().RepoTags!.Order());
        }
        finally
        {
            await engine.RemoveImageAsync(id, force: true, CancellationToken.None);
        }
        Assert.Null(await engine.FindImageAsync(id, Cancel));
    }

    [Fact]
    public async Task A_build_that_fails_says_which_command_failed()
    {
        var engine = await OpenAsync();
        var image = await TestEngine.EnsureImageAsync(engine, Cancel);
        using var context = await ContextAsync($"FROM {image}\nRUN echo going; exit 7\n");
        var lines = new List<string>();
        var options = new BuildOptions { Dockerfile = "docker/Dockerfile", NoCache = true, Network = "none" };
        var error = await Assert.ThrowsAsync<DockerException>(() => engine.BuildImageAsync(context, options, Collect(lines), Cancel));
        Assert.Null(error.Status);
        Assert.Contains("exit 7", error.Message, StringComparison.Ordinal);
        Assert.Contains("going", lines);
    }

    [Fact]
    public async Task Not_found_conflict_and_unreachable_are_told_apart()
    {
        var engine = await OpenAsync();
        var id = await CreateAsync(engine, "true");
        var name = (await engine.FindContainerAsync(id, Cancel))!.Name!.TrimStart('/');
        var image = await TestEngine.EnsureImageAsync(engine, Cancel);
        var taken = await Assert.ThrowsAsync<DockerException>(() => engine.CreateContainerAsync(name, new() { Image = image }, Cancel));
        Assert.True(taken.IsConflict);
        var missing = await Assert.ThrowsAsync<DockerException>(() => engine.CreateContainerAsync("twin-x", new() { Image = "twinrunner-test/none:1" }, Cancel));
        Assert.True(missing.IsNotFound);
        Assert.Null(await engine.FindContainerAsync("twin-none", Cancel));
        using var nobody = new DockerEngine(EngineAddress.Parse("unix:///nowhere/docker.sock"));
        var unreachable = await Assert.ThrowsAsync<DockerException>(() => nobody.InfoAsync(Cancel));
        Assert.True(unreachable.IsUnreachable);
    }

    [Fact]
    public async Task Events_come_while_they_happen()
    {
        var engine = await OpenAsync();
        var id = await CreateAsync(engine, "true");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var start = Task.Run(async () =>
        {
            await foreach (var e in engine.EventsAsync(["twinrunner.test=engine"], stop.Token))
            {
                if (e.Action == "die" && e.Actor.Id == id)
                    return e;
            }
            return null;
        }, Cancel);
        // The subscription has no answer of its own: containers are started until one is seen.
        while (!start.IsCompleted)
        {
            await engine.StartContainerAsync(id, Cancel);
            await engine.WaitContainerAsync(id, Cancel);
            await Task.WhenAny(start, Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, Cancel));
        }
        Assert.Equal("0", (await start)!.Actor.Attributes!["exitCode"]);
    }

    [Fact]
    public async Task Files_go_in_and_out_of_a_container_that_does_not_run()
    {
        var engine = await OpenAsync();
        var id = await CreateAsync(engine, "true");
        using var tar = new MemoryStream();
        await using (var writer = new TarWriter(tar, leaveOpen: true))
            await writer.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, "x") { DataStream = new MemoryStream("hello"u8.ToArray()), Uid = 7 }, Cancel);
        tar.Position = 0;
        await engine.PutArchiveAsync(id, "/tmp", tar, Cancel);
        await using var archive = await engine.OpenArchiveAsync(id, "/tmp/x", Cancel);
        await using var reader = new TarReader(archive);
        var entry = await reader.GetNextEntryAsync(copyData: true, Cancel);
        Assert.Equal(("x", 7), (entry!.Name, entry.Uid));
        Assert.Equal("hello", await new StreamReader(entry.DataStream!).ReadToEndAsync(Cancel));
    }

    [Theory]
    [InlineData("busybox", "busybox", "latest", null, "docker.io")]
    [InlineData("a/b:1.2", "a/b", "1.2", null, "docker.io")]
    [InlineData("host:5000/a/b", "host:5000/a/b", "latest", null, "host:5000")]
    [InlineData("ghcr.io/a/b:v@sha256:00", "ghcr.io/a/b", "v", "sha256:00", "ghcr.io")]
    public void The_name_of_an_image_has_parts(string text, string repository, string? tag, string? digest, string host)
    {
        var name = ImageName.Parse(text);
        Assert.Equal((repository, tag, digest, host), (name.Repository, name.Tag, name.Digest, name.Host));
    }

    private async Task<DockerEngine> OpenAsync() => _engine = await TestEngine.OpenAsync(Cancel);

    private async Task<string> CreateAsync(DockerEngine engine, params string[] command)
    {
        var spec = new ContainerSpec
        {
            Image = await TestEngine.EnsureImageAsync(engine, Cancel),
            Cmd = command,
            Labels = new Dictionary<string, string> { ["twinrunner.test"] = "engine" },
            HostConfig = new() { NetworkMode = "none" },
        };
        var created = await engine.CreateContainerAsync($"twin-test-{Guid.NewGuid():n}", spec, Cancel);
        _containers.Add(created.Id);
        return created.Id;
    }

    private static async Task<(byte[] Stdout, byte[] Stderr)> ReadAllAsync(MultiplexedStream stream)
    {
        using MemoryStream stdout = new(), stderr = new();
        while (await stream.ReadAsync(Cancel) is { } piece)
            (piece.Stream == LogStream.Stdout ? stdout : stderr).Write(piece.Bytes.Span);
        return (stdout.ToArray(), stderr.ToArray());
    }

    private static async Task<MemoryStream> ContextAsync(string dockerfile)
    {
        var tar = new MemoryStream();
        await using (var writer = new TarWriter(tar, leaveOpen: true))
            await writer.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, "docker/Dockerfile") { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(dockerfile)) }, Cancel);
        tar.Position = 0;
        return tar;
    }

    private static Func<string, ValueTask> Collect(List<string> lines) => line =>
    {
        lines.Add(line);
        return ValueTask.CompletedTask;
    };
}
