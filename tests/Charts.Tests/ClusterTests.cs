using Twinrunner.Charts.Tests.Support;

namespace Twinrunner.Charts.Tests;

/// <summary>What a real API server says to the rendered objects, without making them.</summary>
public sealed class ClusterTests
{
    [Theory]
    [InlineData("")]
    [InlineData("mongodb.enabled=true minio.enabled=true")]
    [InlineData("ingress.enabled=true ingress.hosts={a.org} ingress.className=nginx service.type=NodePort runner.autoscaling.enabled=true")]
    [InlineData("auth.existingSecret=a database.existingSecret=b objects.existingSecret=c registry.podDisruptionBudget.enabled=true api.podDisruptionBudget.maxUnavailable=50%")]
    [InlineData("steps.networkPolicy.internet=true steps.sharedVolume.claim=files database.caConfigMap=a objects.caConfigMap=b metrics.dashboard.enabled=true")]
    [InlineData("global.imageRegistry=mirror.example.org global.imagePullSecrets={a} commonLabels.a=b commonAnnotations.c=d")]
    public async Task A_real_API_server_takes_what_the_chart_makes(string values)
    {
        var kubeconfig = Environment.GetEnvironmentVariable("TWIN_TEST_KUBECONFIG") is { Length: > 0 } given ? given : null;
        if (kubeconfig is null)
            Assert.Skip("Needs a Kubernetes: run `make cluster`, and set TWIN_TEST_KUBECONFIG to the path that it prints.");
        var arguments = values.Split(' ', StringSplitOptions.RemoveEmptyEntries).SelectMany(value => new[] { "--set", value });

        var (exitCode, output, errors) = await Helm.RunAsync(
            ["install", "tr", Helm.Chart, "--namespace", "default", "--kubeconfig", kubeconfig, "--dry-run=server", "--set", Helm.Database, .. arguments]);
        Assert.True(exitCode == 0, errors);
        var manifest = output[output.IndexOf("\nMANIFEST:\n", StringComparison.Ordinal)..output.LastIndexOf("\nNOTES:\n", StringComparison.Ordinal)].Replace("\nMANIFEST:\n", "", StringComparison.Ordinal);
        var applied = await Helm.RunProgramAsync("kubectl", manifest, "--kubeconfig", kubeconfig, "apply", "--dry-run=server", "--namespace", "default", "--filename", "-");

        Assert.True(applied.ExitCode == 0, applied.Errors);
    }
}
