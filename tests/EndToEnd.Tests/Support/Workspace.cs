using System.Text.Json;
using Twinrunner.Runner.Executors.Docker.Engine;
using Twinrunner.TestKit;
using Twinrunner.TestKit.Executors;

namespace Twinrunner.EndToEnd.Tests.Support;

/// <summary>
/// A folder with a data folder and back ends of its own, the published command and a container engine. What is left of processes and
/// containers is removed at the end.
/// </summary>
public sealed class Workspace : IAsyncDisposable
{
    /// <summary>Long enough for a loaded machine; nothing waits for it when all is well.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly string _twin;
    private readonly TestStorage _storage;
    private readonly DirectoryInfo _folder;
    private readonly List<TwinProcess> _processes = [];

    private Workspace(string twin, TestStorage storage, DockerEngine engine, string image)
    {
        (_twin, _storage, Engine, Image) = (twin, storage, engine, image);
        _folder = Directory.CreateTempSubdirectory("twin-e2e-");
    }

    public DockerEngine Engine { get; }

    /// <summary>A small image with a shell.</summary>
    public string Image { get; }

    public string Folder => _folder.FullName;
    public string Data => Path.Combine(Folder, "data");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static Task<Workspace> OpenAsync() => OpenAsync(BackEnds.Embedded);

    /// <summary>Skips the test when the command isn't published, no engine runs, or the back ends' servers don't.</summary>
    public static async Task<Workspace> OpenAsync(BackEnds backEnds)
    {
        var twin = Dist.Require();
        var engine = await TestEngine.OpenAsync(Cancelled);
        var image = await TestEngine.EnsureImageAsync(engine, Cancelled);
        var workspace = new Workspace(twin, await TestStorage.MakeAsync(backEnds, Cancelled), engine, image);
        if (backEnds != BackEnds.Embedded)
            StorageSettingsFile.Write(workspace.Data, workspace._storage.Options);
        return workspace;
    }

    /// <summary>A file in the folder; <c>IMAGE</c> stands for the test image.</summary>
    public string Write(string name, string text)
    {
        var path = Path.Combine(Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text.Replace("IMAGE", Image, StringComparison.Ordinal));
        return path;
    }

    public TwinProcess Start(params string[] args) => StartWith(null, args);

    public TwinProcess StartWith(string? input, params string[] args)
    {
        var environment = new Dictionary<string, string> { ["TWIN_DATA"] = Data, ["HOME"] = Folder };
        var process = new TwinProcess(_twin, args, environment, Folder, input);
        _processes.Add(process);
        return process;
    }

    public Task<TwinResult> RunAsync(params string[] args) => Start(args).EndAsync(Patience, Cancelled);

    public Task<TwinResult> RunWithAsync(string input, params string[] args) => StartWith(input, args).EndAsync(Patience, Cancelled);

    /// <summary>A command that must succeed.</summary>
    public async Task<TwinResult> DoAsync(params string[] args)
    {
        var result = await RunAsync(args);
        Assert.True(result.ExitCode == 0, $"twin {string.Join(' ', args)}: {result}");
        return result;
    }

    /// <summary>A server that is ready.</summary>
    public async Task<TwinProcess> ServeAsync(params string[] args)
    {
        var server = Start(["serve", "--listen", "http://127.0.0.1:0", .. args]);
        await server.LineAsync("serving ", Patience, Cancelled);
        return server;
    }

    public async Task<JsonElement> JsonAsync(params string[] args)
    {
        var result = await DoAsync([.. args, "-o", "json"]);
        return JsonDocument.Parse(result.Out).RootElement;
    }

    /// <summary>Status of each step of an execution, by name.</summary>
    public async Task<IReadOnlyDictionary<string, string>> StepsAsync(string execution = "last")
    {
        var shown = await JsonAsync("show", execution);
        return shown.GetProperty("steps").EnumerateArray()
            .ToDictionary(step => step.GetProperty("name").GetString()!, step => step.GetProperty("status").GetString()!);
    }

    /// <summary>Containers of an execution that still exist.</summary>
    public Task<IReadOnlyList<ContainerSummary>> ContainersAsync(string execution) =>
        Engine.ListContainersAsync([$"twinrunner.execution={execution}"], Cancelled);

    public async ValueTask DisposeAsync()
    {
        // Not the test's token: the cleaning has to happen when the test was cancelled, too.
        var executions = await ExecutionIdsAsync();
        foreach (var process in _processes)
            await process.DisposeAsync();
        foreach (var execution in executions)
        {
            foreach (var container in await Engine.ListContainersAsync([$"twinrunner.execution={execution}"], CancellationToken.None))
                await Engine.RemoveContainerAsync(container.Id, CancellationToken.None);
        }
        Engine.Dispose();
        _folder.Delete(recursive: true);
        await _storage.DisposeAsync();
    }

    private async Task<IReadOnlyList<string>> ExecutionIdsAsync()
    {
        if (!Directory.Exists(Data))
            return [];
        var listed = await Start("ls", "-q", "-n", "500").EndAsync(Patience, CancellationToken.None);
        return listed.Lines;
    }
}
