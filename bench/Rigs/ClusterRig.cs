using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Twinrunner.Runner.Executors.Kubernetes;
using Twinrunner.Runner.Kubernetes;
using Twinrunner.Runner.Kubernetes.Access;
using Twinrunner.Runner.Kubernetes.Resources;
using Twinrunner.TestKit;
using Twinrunner.TestKit.Executors;

namespace Twinrunner.Bench.Rigs;

/// <summary>The test cluster, a server in this process for each of the two ways of files, and a count of what the API server is asked.</summary>
internal sealed class ClusterRig : IAsyncDisposable
{
    private const string Namespace = "default";

    /// <summary>This machine as pods see it.</summary>
    private const string Host = "10.250.0.1";

    private readonly TestFolder _shared = new();
    private readonly TestFolder _served = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly MeterListener _listener = new();
    private readonly KubernetesApi _api;
    private long _asked;
    private int _jobs;

    private ClusterRig(string image, string kubeconfig)
    {
        Image = image;
        _api = new(ClusterAccess.Find(kubeconfig, null, _ => null, TimeProvider.System), new(), new(_services.GetRequiredService<IMeterFactory>()), TimeProvider.System);
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "twinrunner.kubernetes.requests")
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
        {
            var told = tags.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value);
            // Each process asks for the version every ten seconds, whatever it runs: whether the server is there.
            if (told["verb"] is not "watch" && told["resource"] is not "version")
                Interlocked.Add(ref _asked, count);
        });
        _listener.Start();
    }

    public string Image { get; }

    /// <summary>Files go through the helpers.</summary>
    public TestHost WithHelpers { get; private set; } = null!;

    /// <summary>Files are on a folder that the node and this process share.</summary>
    public TestHost WithShared { get; private set; } = null!;

    /// <summary>Requests to the API server so far, but for watches and heartbeats.</summary>
    public long Asked => Interlocked.Read(ref _asked);

    public static async Task<ClusterRig> OpenAsync(CancellationToken cancellationToken)
    {
        var (kubeconfig, helper) = (TestCluster.Kubeconfig, TestCluster.HelperImage);
        var rig = new ClusterRig(await TestCluster.EnsureImageAsync(cancellationToken), kubeconfig);
        try
        {
            await TestCluster.LoadAsync(helper, cancellationToken);
            var address = new Uri($"http://{Host}:{FreePort()}");
            rig.WithHelpers = await TestHost.StartAsync(settings => settings with
            {
                Urls = [address.ToString().TrimEnd('/')],
                Token = "a-token-of-the-benchmark",
                RunSteps = true,
                Slots = 100,
                Executor = "kubernetes",
                Kubernetes = new() { Kubeconfig = kubeconfig, Namespace = Namespace, HelperImage = helper, ApiUrl = address },
            }, cancellationToken);
            rig.WithShared = await TestHost.StartAsync(settings => settings with
            {
                RunSteps = true,
                Slots = 100,
                Executor = "kubernetes",
                Kubernetes = new() { Kubeconfig = kubeconfig, Namespace = Namespace, SharedPath = rig._shared.Path, SharedHostPath = rig._shared.Path },
            }, cancellationToken);
            return rig;
        }
        catch
        {
            await rig.DisposeAsync();
            throw;
        }
    }

    /// <summary>What <c>kubectl create job</c> and <c>kubectl wait</c> do: make a bare Job, and watch it to its end.</summary>
    public async Task RunBareAsync(CancellationToken cancellationToken)
    {
        var name = $"bench-{Environment.ProcessId}-{Interlocked.Increment(ref _jobs)}";
        var labels = new Dictionary<string, string> { [BenchContainers.LabelName] = name };
        await _api.CreateAsync(
            ResourceKinds.Jobs, Namespace, new Job
            {
                Metadata = new() { Name = name, Labels = labels },
                Spec = new()
                {
                    BackoffLimit = 0,
                    Template = new(new() { Labels = labels }, new()
                    {
                        RestartPolicy = "Never",
                        Containers = [new() { Name = "only", Image = Image, ImagePullPolicy = "IfNotPresent", Command = ["true"] }],
                    }),
                },
            }, dryRun: false, cancellationToken);
        await foreach (var change in _api.WatchAsync(ResourceKinds.Jobs, Namespace, $"{BenchContainers.LabelName}={name}", cancellationToken))
        {
            if ((change.All ?? [change.Item!]).Any(job => job.Status?.Conditions.Any(condition => condition is { Type: "Complete", Status: "True" }) == true))
                break;
        }
        await _api.TryDeleteAsync(ResourceKinds.Jobs, Namespace, name, null, cancellationToken);
    }

    /// <summary>A server as a process of its own, which measures its memory, with room for so many steps on a folder of its own that the node sees.</summary>
    public Task<ServerProcess> ServeAsync(int slots, CancellationToken cancellationToken) => ServerProcess.StartAsync(
        [
            "--executor", "kubernetes", "--kubeconfig", TestCluster.Kubeconfig, "--kubernetes-namespace", Namespace, "--slots", $"{slots}",
            "--kubernetes-shared-path", _served.Path, "--kubernetes-shared-host-path", _served.Path,
            // For what the one node has no room for.
            "--kubernetes-patience-seconds", "3600",
        ], cancellationToken);

    /// <summary>Jobs of this benchmark, and how many of them have a pod that runs.</summary>
    public async Task<(int Jobs, int Running)> CountAsync(CancellationToken cancellationToken) => (
        await _api.ListAsync(ResourceKinds.Jobs, Namespace, BenchContainers.Label, cancellationToken).CountAsync(cancellationToken),
        await _api.ListAsync(ResourceKinds.Pods, Namespace, BenchContainers.Label, cancellationToken).CountAsync(pod => pod.Status?.Phase == "Running", cancellationToken));

    /// <summary>Waits until nothing is asked of the API server for a while: Jobs are deleted after their step has ended.</summary>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        long before;
        do
        {
            before = Asked;
            // Not in step with the node, which looks at its containers once a second: else all rounds have the same luck.
            await Task.Delay(TimeSpan.FromSeconds(2 + Random.Shared.NextDouble()), TimeProvider.System, cancellationToken);
        }
        while (Asked != before);
    }

    public async ValueTask DisposeAsync()
    {
        if (WithHelpers is not null)
            await WithHelpers.DisposeAsync();
        if (WithShared is not null)
            await WithShared.DisposeAsync();
        _listener.Dispose();
        _api.Dispose();
        await _services.DisposeAsync();
        _shared.Dispose();
        _served.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Parse(Host), 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
