using Twinrunner.Runner.Executors.Docker.Engine;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Executors.Docker;

/// <summary>The network of each execution, on which its steps find each other by name and nobody else's.</summary>
internal sealed class StepNetworks(DockerEngine engine, DockerOptions options) : IDisposable
{
    /// <summary>The engine doesn't keep names unique by itself when two are made at once.</summary>
    private readonly SemaphoreSlim _one = new(1);

    public void Dispose() => _one.Dispose();

    public async Task EnsureAsync(Id<Execution> execution, CancellationToken cancellationToken)
    {
        var name = ContainerPlan.NetworkName(execution.ToString());
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (await engine.FindNetworkAsync(name, cancellationToken) is not null)
                return;
            var labels = new Dictionary<string, string>
            {
                [ContainerLabels.Execution] = execution.ToString(),
                [ContainerLabels.Installation] = options.Installation,
            };
            await engine.CreateNetworkAsync(new(name, labels), cancellationToken);
        }
        catch (DockerException e) when (e.IsConflict)
        {
        }
        finally
        {
            _one.Release();
        }
    }

    public async Task RemoveAsync(Id<Execution> execution, CancellationToken cancellationToken)
    {
        var name = ContainerPlan.NetworkName(execution.ToString());
        // Containers that still hang on it (kept for a look, or put there by hand) must not keep it for ever.
        if (await engine.FindNetworkAsync(name, cancellationToken) is not { } network)
            return;
        foreach (var container in network.Containers?.Keys ?? [])
        {
            try
            {
                await engine.DisconnectNetworkAsync(name, container, force: true, cancellationToken);
            }
            catch (DockerException e) when (e.IsNotFound)
            {
            }
        }
        await engine.RemoveNetworkAsync(name, cancellationToken);
    }
}
