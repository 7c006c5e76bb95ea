using System.Diagnostics;
using Twinrunner.Runner.Executors.Docker.Engine;
using Xunit;

namespace Twinrunner.TestKit.Executors;

/// <summary>The Kubernetes cluster that <c>TWIN_TEST_KUBECONFIG</c> names (<c>scripts/cluster.sh start</c> prints one), and images on its node.</summary>
public static class TestCluster
{
    private const string Variable = "TWIN_TEST_KUBECONFIG";
    private const string HelperVariable = "TWIN_TEST_HELPER_IMAGE";

    private static readonly SemaphoreSlim Lock = new(1);
    private static readonly HashSet<string> Loaded = [];

    /// <summary>Path of the kubeconfig; skips the test where there is none.</summary>
    public static string Kubeconfig
    {
        get
        {
            var path = Environment.GetEnvironmentVariable(Variable);
            if (path is not { Length: > 0 })
                Assert.Skip($"Needs a Kubernetes cluster: make cluster starts one, {Variable} names its kubeconfig.");
            return path;
        }
    }

    /// <summary>Name of the product's image, which has the helpers; skips the test where none is named.</summary>
    public static string HelperImage
    {
        get
        {
            var image = Environment.GetEnvironmentVariable(HelperVariable);
            if (image is not { Length: > 0 })
                Assert.Skip($"Needs the product's image: make image builds it, {HelperVariable} names it.");
            return image;
        }
    }

    /// <summary>The image with a shell and the usual commands, on the node.</summary>
    public static async Task<string> EnsureImageAsync(CancellationToken cancellationToken)
    {
        _ = Kubeconfig; // there may be an engine, and no cluster to give it to
        using var engine = await TestEngine.OpenAsync(cancellationToken);
        var image = await TestEngine.EnsureImageAsync(engine, cancellationToken);
        await LoadAsync(image, cancellationToken);
        return image;
    }

    /// <summary>Gives an image of the container engine to the cluster's node.</summary>
    public static async Task LoadAsync(string image, CancellationToken cancellationToken)
    {
        await Lock.WaitAsync(cancellationToken);
        try
        {
            if (!Loaded.Add(image))
                return;
            using var load = Process.Start(new ProcessStartInfo(Path.Combine(Repository.Root, "scripts", "cluster.sh"), ["load", image]) { RedirectStandardError = true })!;
            var errors = await load.StandardError.ReadToEndAsync(cancellationToken);
            await load.WaitForExitAsync(cancellationToken);
            if (load.ExitCode != 0)
                throw new InvalidOperationException($"The image {image} could not be given to the cluster: {errors}");
        }
        finally
        {
            Lock.Release();
        }
    }
}
