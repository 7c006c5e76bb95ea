using Twinrunner.Runner.Executors;
using Twinrunner.Runner.Executors.Docker;
using Twinrunner.Runner.Executors.Docker.Engine;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.TestKit;

namespace Twinrunner.Bench.Rigs;

/// <summary>
/// The least that any runner must ask of the engine for one step: create, attach, start, read to the end, wait, remove. The
/// container is made by the executor's own plan, so that it has the same mounts, limits and log driver.
/// </summary>
internal sealed class EngineFloor(DockerEngine engine, EngineImage image, string reference) : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly DockerOptions _options = new() { Installation = "bench" };

    /// <summary>One step; returns the bytes of its log.</summary>
    public async Task<long> RunAsync(IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        var plan = PlanOf(command);
        var created = await engine.CreateContainerAsync(plan.Key.Name, ContainerPlan.Build(plan, image, reference, _options), cancellationToken);
        try
        {
            long bytes = 0;
            await using (var log = await engine.AttachContainerAsync(created.Id, cancellationToken))
            {
                await engine.StartContainerAsync(created.Id, cancellationToken);
                while (await log.ReadAsync(cancellationToken) is { } piece)
                    bytes += piece.Bytes.Length;
            }
            await engine.WaitContainerAsync(created.Id, cancellationToken);
            return bytes;
        }
        finally
        {
            await engine.RemoveContainerAsync(created.Id, CancellationToken.None);
        }
    }

    public void Dispose() => _folder.Dispose();

    private StepPlan PlanOf(IReadOnlyList<string> command)
    {
        var key = new StepKey(Id<Step>.New(TimeProvider.System), 1);
        return new()
        {
            Key = key,
            Execution = Id<Execution>.New(TimeProvider.System),
            StepName = "floor",
            Image = reference,
            Command = command,
            Folders = new(Folder("input"), Folder("output"), Folder("logs"), Folder("snapshot")),
            Labels = new Dictionary<string, string> { [BenchContainers.LabelName] = BenchContainers.LabelValue },
        };
    }

    // The same for all: making folders is a runner's affair, not the engine's.
    private string Folder(string name) => Directory.CreateDirectory(_folder[name]).FullName;
}
