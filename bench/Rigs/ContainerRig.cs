using Twinrunner.Client;
using Twinrunner.Runner.Executors.Docker.Engine;
using Twinrunner.TestKit;
using Twinrunner.TestKit.Executors;

namespace Twinrunner.Bench.Rigs;

/// <summary>What scenarios with containers share: the engine, the image, the floor, a server in this process, and a folder for the peers.</summary>
internal sealed class ContainerRig : IAsyncDisposable
{
    private readonly TestFolder _folder = new();

    private ContainerRig(DockerEngine engine, string image, EngineFloor floor, TestHost host) =>
        (Engine, Image, Floor, Host) = (engine, image, floor, host);

    public DockerEngine Engine { get; }
    public string Image { get; }
    public EngineFloor Floor { get; }
    public TestHost Host { get; }

    /// <summary>Where peers run.</summary>
    public string Folder => _folder.Path;

    public static async Task<ContainerRig> OpenAsync(int slots, CancellationToken cancellationToken)
    {
        var engine = new DockerEngine(EngineAddress.FromEnvironment(Environment.GetEnvironmentVariable));
        try
        {
            await engine.PingAsync(cancellationToken);
            var image = await TestEngine.EnsureImageAsync(engine, cancellationToken);
            var found = await engine.FindImageAsync(image, cancellationToken) ?? throw new InvalidOperationException($"The image {image} is gone.");
            var host = await TestHost.StartAsync(settings => settings with { RunSteps = true, Slots = slots }, cancellationToken);
            return new(engine, image, new(engine, found, image), host);
        }
        catch
        {
            engine.Dispose();
            throw;
        }
    }

    /// <summary>Submits over HTTP and follows the events until one says that the execution has ended, which is durable then.</summary>
    /// <exception cref="InvalidOperationException">It did not succeed.</exception>
    public Task<string> RunToEndAsync(SubmitExecution submission, CancellationToken cancellationToken) =>
        RunToEndAsync(Host.Client, submission, cancellationToken);

    public static async Task<string> RunToEndAsync(RunnerClient client, SubmitExecution submission, CancellationToken cancellationToken)
    {
        var execution = await client.SubmitAsync(submission, cancellationToken);
        await foreach (var e in client.FollowEventsAsync(execution.Id, null, cancellationToken))
        {
            if (e.Value is { StepId: null, Status: "Succeeded" })
                return execution.Id;
            if (e.Value is { StepId: null, Status: "Failed" or "Cancelled" })
                throw new InvalidOperationException($"The execution ended as {e.Value.Status}: {e.Value.Message}");
        }
        throw new InvalidOperationException("The stream of events ended before the execution did.");
    }

    public Task SettleAsync(CancellationToken cancellationToken) => BenchContainers.SettleAsync(Engine, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        Floor.Dispose();
        Engine.Dispose();
        _folder.Dispose();
    }
}
