using System.Globalization;
using Twinrunner.Runner.Executors.Docker.Engine;

namespace Twinrunner.Bench.Rigs;

/// <summary>The label of every container that this process has made, so that none is left behind and no other is touched.</summary>
internal static class BenchContainers
{
    public const string LabelName = "twinrunner-bench";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public static string LabelValue { get; } = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);

    public static string Label => $"{LabelName}={LabelValue}";

    /// <summary>Waits until none is there: what one job leaves to be cleaned up must not be paid for by the next.</summary>
    public static async Task SettleAsync(DockerEngine engine, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        while ((await engine.ListContainersAsync([Label], limit.Token)).Count > 0)
            await Task.Delay(Pause, TimeProvider.System, limit.Token);
    }

    /// <summary>After an interrupt or a failure: whatever is still there.</summary>
    public static async Task RemoveAllAsync(BenchSettings settings)
    {
        using var engine = new DockerEngine(EngineAddress.FromEnvironment(Environment.GetEnvironmentVariable));
        try
        {
            foreach (var container in await engine.ListContainersAsync([Label], CancellationToken.None))
                await engine.RemoveContainerAsync(container.Id, CancellationToken.None);
        }
        catch (DockerException exception) when (exception.IsUnreachable)
        {
            // Then there is nothing of ours either.
        }
        catch (DockerException exception)
        {
            settings.Say($"containers with the label {Label} could not be removed: {exception.Message}");
        }
    }
}
