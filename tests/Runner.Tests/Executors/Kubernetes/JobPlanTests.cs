using System.Text;
using System.Text.Json;
using Twinrunner.Runner.Executors;
using Twinrunner.Runner.Executors.Kubernetes;
using Twinrunner.Runner.Kubernetes.Resources;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Tests.Executors.Kubernetes;

public sealed class JobPlanTests
{
    private static readonly KubernetesExecutorOptions Options = new()
    {
        Installation = "here",
        Namespace = "steps",
        Helpers = new("twinrunner:1", new("http://api"), key => $"token of {key.Name}", (_, _) => Task.CompletedTask),
    };

    private static readonly StepPlan Plan = new()
    {
        Key = new(Id<Step>.New(TimeProvider.System), 2),
        Execution = Id<Execution>.New(TimeProvider.System),
        StepName = "count",
        Component = "odtp-count",
        Image = "ghcr.io/a/b:1",
        ImageDigest = "sha256:abc",
        Command = ["echo", "$(HOME)", "a$b"],
        Environment = new Dictionary<string, string> { ["PASSWORD"] = "hunter2" },
        HasInputs = true,
    };

    [Fact]
    public void Values_of_the_environment_and_the_token_are_in_the_Secret_only()
    {
        var job = JobPlan.Build(Plan, Options);
        Assert.DoesNotContain("hunter2", JsonSerializer.Serialize(job, KubernetesJson.Default.Job), StringComparison.Ordinal);
        var secret = JobPlan.BuildSecret(Plan, Options);
        Assert.Contains("hunter2", secret.Data!.Values.Select(Encoding.UTF8.GetString));
        Assert.Equal($"token of {Plan.Key.Name}", Encoding.UTF8.GetString(secret.Data["token"]));
        var step = job.Spec!.Template!.Spec!.Containers[0];
        Assert.DoesNotContain(step.Env!, variable => variable.ValueFrom!.SecretKeyRef.Key == "token");
    }

    [Fact]
    public void A_pod_meets_the_restricted_standard()
    {
        var pod = JobPlan.Build(Plan, Options).Spec!.Template!.Spec!;
        Assert.Equal((true, 10001L, "RuntimeDefault", false), (pod.SecurityContext!.RunAsNonRoot, pod.SecurityContext.RunAsUser, pod.SecurityContext.SeccompProfile!.Type, pod.AutomountServiceAccountToken));
        Assert.All(pod.Containers.Concat(pod.InitContainers!), container =>
        {
            Assert.False(container.SecurityContext!.AllowPrivilegeEscalation);
            Assert.Equal("ALL", Assert.Single(container.SecurityContext.Capabilities!.Drop!));
            Assert.Null(container.SecurityContext.Capabilities.Add);
        });
    }

    [Fact]
    public void A_step_without_inputs_waits_for_nobody_who_would_bring_them()
    {
        Assert.Equal("inputs", Assert.Single(JobPlan.Build(Plan, Options).Spec!.Template!.Spec!.InitContainers!).Name);
        var pod = JobPlan.Build(Plan with { HasInputs = false }, Options).Spec!.Template!.Spec!;
        Assert.Null(pod.InitContainers);
        Assert.Equal(["step", "outputs"], pod.Containers.Select(container => container.Name));
    }

    [Fact]
    public void The_image_is_pinned_and_the_command_stays_as_it_is()
    {
        var step = JobPlan.Build(Plan, Options).Spec!.Template!.Spec!.Containers[0];
        Assert.Equal("ghcr.io/a/b@sha256:abc", step.Image);
        Assert.Equal(["echo", "$$(HOME)", "a$$b"], step.Args!);
        Assert.Equal("twinrunner/x:1", JobPlan.Build(Plan with { Image = "twinrunner/x:1" }, Options).Spec!.Template!.Spec!.Containers[0].Image);
    }

    [Fact]
    public void Root_is_refused_unless_the_policy_allows_it()
    {
        Assert.Equal(FailureReason.Unschedulable, JobPlan.Refuse(Plan with { User = "0" }, Options)!.Reason);
        Assert.Equal(FailureReason.Unschedulable, JobPlan.Refuse(Plan with { User = "app" }, Options)!.Reason);
        var allowing = Options with { Policies = PodPolicies.Read("rules: [{component: odtp-*, runAsRoot: true}]") };
        Assert.Null(JobPlan.Refuse(Plan with { User = "0" }, allowing));
        var pod = JobPlan.Build(Plan with { User = "0" }, allowing).Spec!.Template!.Spec!;
        Assert.Equal((null, 0L), (pod.SecurityContext!.RunAsNonRoot, pod.SecurityContext.RunAsUser));
        Assert.Contains("CHOWN", pod.Containers[0].SecurityContext!.Capabilities!.Add!);
        Assert.Equal(0, pod.Containers[1].SecurityContext!.RunAsUser);
    }

    [Fact]
    public void Rules_of_the_policy_go_over_its_defaults()
    {
        var policies = PodPolicies.Read("""
            defaults: {priorityClass: low, imagePullSecrets: [login], requests: {cpu: 100m}}
            rules:
            - {component: odtp-*, nodeSelector: {pool: large}, tolerations: [{key: dedicated, operator: Exists}]}
            - {image: "ghcr.io/a/*", priorityClass: high, volumes: [{name: maps, mountPath: /maps, claim: m}]}
            - {component: other, priorityClass: never}
            """);
        var pod = JobPlan.Build(Plan with { Resources = new(Cpu: 0.5, Memory: 1 << 20, Gpu: 2) }, Options with { Policies = policies }).Spec!.Template!.Spec!;
        Assert.Equal(("high", "large", "login"), (pod.PriorityClassName, pod.NodeSelector!["pool"], pod.ImagePullSecrets![0].Name));
        Assert.Equal("dedicated", pod.Tolerations!.Value[0].GetProperty("key").GetString());
        Assert.Equal(("500m", "1048576", "2"), (pod.Containers[0].Resources!.Requests!["cpu"], pod.Containers[0].Resources!.Limits!["memory"], pod.Containers[0].Resources!.Limits!["nvidia.com/gpu"]));
        Assert.Contains(pod.Containers[0].VolumeMounts!, mount => mount is { Name: "maps", MountPath: "/maps", ReadOnly: true });
    }

    [Theory]
    [InlineData("rules: [{runAsRoot: true}]", "component")]
    [InlineData("defaults: {runAsRoott: true}", "runAsRoott")]
    public void What_is_wrong_with_a_policy_is_said(string text, string part) =>
        Assert.Contains(part, Assert.Throws<FormatException>(() => PodPolicies.Read(text)).Message, StringComparison.Ordinal);
}
