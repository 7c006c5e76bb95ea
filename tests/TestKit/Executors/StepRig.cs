using Twinrunner.Runner.Executors;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.TestKit.Executors;

/// <summary>Makes plans of steps with folders of their own, and cleans up after them.</summary>
public sealed class StepRig : IAsyncDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("twinrunner-steps-").FullName;
    private readonly List<StepKey> _steps = [];

    /// <summary>Of all plans.</summary>
    public Id<Execution> Execution { get; } = Id<Execution>.New(TimeProvider.System);

    /// <summary>Reference of the image that plans use; null for processes.</summary>
    public string? Image { get; set; }

    /// <summary>Where <see cref="DisposeAsync"/> removes what was launched.</summary>
    public IStepExecutor? Executor { get; set; }

    public string Root => _root;

    /// <summary>A step that runs a script of <c>/bin/sh</c>.</summary>
    public StepPlan Shell(string script) => Plan("/bin/sh", "-c", script);

    public StepPlan Plan(params string[] command)
    {
        var key = new StepKey(Id<Step>.New(TimeProvider.System), 1);
        _steps.Add(key);
        string Folder(string name) => Directory.CreateDirectory(Path.Combine(_root, key.Name, name)).FullName;
        return new()
        {
            Key = key,
            Execution = Execution,
            StepName = "step-" + key.Step.ToString()[^6..],
            Image = Image,
            Command = command,
            Folders = new(Folder("input"), Folder("output"), Folder("logs"), Folder("snapshot")),
            Network = StepNetwork.None,
        };
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var step in _steps)
        {
            if (Executor is not null)
            {
                await Executor.StopAsync(step, TimeSpan.Zero, CancellationToken.None);
                await Executor.RemoveAsync(step, CancellationToken.None);
            }
        }
        Directory.Delete(_root, recursive: true);
    }
}
