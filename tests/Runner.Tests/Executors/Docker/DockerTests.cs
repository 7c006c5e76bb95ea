using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Twinrunner.Runner.Executors;
using Twinrunner.Runner.Executors.Docker;
using Twinrunner.Runner.Executors.Docker.Engine;
using Twinrunner.Storage.Documents;
using Twinrunner.TestKit.Executors;

namespace Twinrunner.Runner.Tests.Executors.Docker;

/// <summary>What tests of the Docker executor share: an engine, an executor, and steps that are cleaned up.</summary>
public abstract class DockerTests : IAsyncLifetime
{
    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected StepRig Rig { get; } = new();
    protected DockerEngine Engine { get; private set; } = null!;
    protected DockerExecutor Executor { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Engine = await TestEngine.OpenAsync(Cancel);
        Rig.Image = await TestEngine.EnsureImageAsync(Engine, Cancel);
        Rig.Executor = Executor = Open(Engine);
    }

    public async ValueTask DisposeAsync()
    {
        await Rig.DisposeAsync();
        Executor?.Dispose();
        Engine?.Dispose();
        GC.SuppressFinalize(this);
    }

    protected DockerExecutor Open(DockerEngine engine) =>
        new(engine, new() { Installation = "test-" + Rig.Execution }, new DockerConfigLogins(null), TimeProvider.System, NullLogger<DockerExecutor>.Instance);

    protected async Task<(StepResult Result, RecordingSink Sink)> RunAsync(StepPlan plan)
    {
        var sink = new RecordingSink();
        return (await Executor.RunAsync(plan, sink, Cancel), sink);
    }

    protected (Task<StepResult> Run, RecordingSink Sink) Start(StepPlan plan)
    {
        var sink = new RecordingSink();
        return (Executor.RunAsync(plan, sink, Cancel), sink);
    }

    protected static string Errors(RecordingSink sink) => Encoding.UTF8.GetString(sink.Stderr);
}
