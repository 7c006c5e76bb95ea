using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Twinrunner.Runner.Executors.Docker.Engine;
using Twinrunner.Runner.Kubernetes.Resources;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Executors.Kubernetes;

/// <summary>Turns a step's plan into the Job to create. Pure.</summary>
internal static partial class JobPlan
{
    public const string StepContainer = "step";
    public const string InputsContainer = "inputs";
    public const string OutputsContainer = "outputs";

    /// <summary>Patch of a Job: pods that it has may be ended, and none is made any more.</summary>
    public const string NoMorePods = """{"spec":{"parallelism":0}}""";

    private const string TokenKey = "token";

    public static Job Build(StepPlan plan, KubernetesExecutorOptions options)
    {
        var policy = options.Policies.For(plan);
        var labels = LabelsOf(plan, options);
        return new()
        {
            Metadata = new() { Name = plan.Key.Name, Labels = labels, Annotations = policy.Annotations },
            Spec = new()
            {
                Parallelism = 1,
                // Attempts are ours: each has a Job of its own.
                BackoffLimit = 0,
                Template = new(new() { Labels = labels, Annotations = policy.Annotations }, PodOf(plan, options, policy)),
            },
        };
    }

    /// <summary>
    /// The values of the environment: a Job's specification is readable to many who may not read Secrets. It belongs to nobody, since it
    /// comes before the Job and is deleted as soon as all containers have begun.
    /// </summary>
    public static ClusterSecret BuildSecret(StepPlan plan, KubernetesExecutorOptions options)
    {
        var data = Environment(plan).Select((pair, index) => (Key: Key(index), pair.Value)).ToDictionary(pair => pair.Key, pair => Encoding.UTF8.GetBytes(pair.Value));
        if (plan.Folders is null && options.Helpers is { } helpers)
            data[TokenKey] = Encoding.UTF8.GetBytes(helpers.Token(plan.Key));
        return new() { Metadata = new() { Name = plan.Key.Name, Labels = LabelsOf(plan, options) }, Data = data };
    }

    /// <summary>The ports of a step that serves, under the name of its attempt. Null: it has none.</summary>
    public static Service? BuildService(StepPlan plan, Job job) => plan.Ports.Count == 0 ? null : new()
    {
        Metadata = Owned(plan.Key.Name, job),
        Spec = new()
        {
            Selector = new Dictionary<string, string> { [JobLabels.Job] = plan.Key.Name },
            Ports = [.. plan.Ports.Select(port => new ServicePort(PortName(port), port.Container, Protocol(port)))],
        },
    };

    /// <summary>The names of an execution's steps: a Service without an address of its own, below which each pod has a name.</summary>
    public static Service BuildNetwork(string execution, string installation) => new()
    {
        Metadata = new()
        {
            Name = NetworkName(execution),
            Labels = new Dictionary<string, string> { [JobLabels.Execution] = execution, [JobLabels.Installation] = installation },
        },
        Spec = new()
        {
            ClusterIp = "None",
            Selector = new Dictionary<string, string> { [JobLabels.Execution] = execution, [JobLabels.Installation] = installation },
            PublishNotReadyAddresses = true,
        },
    };

    public static string NetworkName(string execution) => "twin-" + execution;

    /// <summary>Why it can't run on a cluster as it is; null: it can.</summary>
    public static StepResult? Refuse(StepPlan plan, KubernetesExecutorOptions options)
    {
        if (string.IsNullOrEmpty(plan.Image))
            return StepResult.Failed(FailureReason.ImagePull, "The step has no image.");
        if (plan.Folders is null && options.Helpers is null)
            return StepResult.Failed(FailureReason.Infrastructure, "Steps have no way to their files: set kubernetesHelperImage and kubernetesApiUrl, or a shared volume (docs/kubernetes-executor.md).");
        if (plan.User is not { } user)
            return null;
        if (UserOf(user) is not { } number)
            return StepResult.Failed(FailureReason.Unschedulable, $"The step's user '{user}' has to be a number on Kubernetes, which doesn't look into images.");
        return number == 0 && options.Policies.For(plan).RunAsRoot != true
            ? StepResult.Failed(FailureReason.Unschedulable, "The step wants to run as root, which this cluster's policy doesn't allow it (runAsRoot, docs/kubernetes-executor.md).")
            : null;
    }

    private static PodSpec PodOf(StepPlan plan, KubernetesExecutorOptions options, PodPolicy policy)
    {
        var volumes = PodVolumes.For(plan, options, policy);
        var inNetwork = plan.Network == StepNetwork.Execution;
        var network = NetworkName(plan.Execution.ToString());
        var withHelpers = plan.Folders is null;
        return new()
        {
            RestartPolicy = "Never",
            InitContainers = withHelpers && plan.HasInputs ? [Helper(InputsContainer, plan, options, policy, volumes)] : null,
            Containers = withHelpers ? [Step(plan, policy, volumes), Helper(OutputsContainer, plan, options, policy, volumes)] : [Step(plan, policy, volumes)],
            Volumes = volumes.Volumes,
            ServiceAccountName = policy.ServiceAccount,
            AutomountServiceAccountToken = false,
            EnableServiceLinks = false,
            // With a process 1 that is none of the step's, a shell ends when it is asked to; and the helper can ask it.
            ShareProcessNamespace = true,
            TerminationGracePeriodSeconds = (int)Math.Ceiling(plan.Grace.TotalSeconds),
            Hostname = HostName().IsMatch(plan.StepName) ? plan.StepName : null,
            Subdomain = inNetwork ? network : null,
            DnsConfig = inNetwork ? new([$"{network}.{options.Namespace}.svc.{options.ClusterDomain}"]) : null,
            PriorityClassName = policy.PriorityClass,
            RuntimeClassName = policy.RuntimeClass,
            NodeSelector = policy.NodeSelector,
            Tolerations = policy.Tolerations,
            Affinity = policy.Affinity,
            ImagePullSecrets = policy.ImagePullSecrets is { Count: > 0 } secrets ? [.. secrets.Select(name => new LocalReference(name))] : null,
            SecurityContext = Security(plan, options, policy),
        };
    }

    private static Container Step(StepPlan plan, PodPolicy policy, PodVolumes volumes) => new()
    {
        Name = StepContainer,
        Image = ImageOf(plan),
        ImagePullPolicy = "IfNotPresent",
        Command = Literal(plan.Entrypoint),
        Args = Literal(plan.Command),
        WorkingDir = plan.WorkingDirectory,
        Env = [.. Environment(plan).Select((pair, index) => Variable.FromSecret(pair.Key, plan.Key.Name, Key(index)))],
        Ports = plan.Ports.Count == 0 ? null : [.. plan.Ports.Select(port => new ContainerPort(port.Container, Protocol(port), null))],
        Resources = PodResources.For(plan.Resources, policy),
        VolumeMounts = volumes.OfStep,
        ReadinessProbe = ProbeOf(plan.ReadyProbe),
        SecurityContext = new()
        {
            AllowPrivilegeEscalation = false,
            ReadOnlyRootFilesystem = plan.ReadOnlyRoot ? true : null,
            Capabilities = new(policy.RunAsRoot == true ? Docker.ContainerPlan.Capabilities : null, ["ALL"]),
        },
    };

    private static Container Helper(string name, StepPlan plan, KubernetesExecutorOptions options, PodPolicy policy, PodVolumes volumes) => new()
    {
        Name = name,
        Image = options.Helpers!.Image,
        ImagePullPolicy = "IfNotPresent",
        Args = ["step", name],
        Env =
        [
            new("TWIN_STEP_API", options.Helpers.Api.ToString(), null),
            Variable.FromSecret("TWIN_STEP_TOKEN", plan.Key.Name, TokenKey),
            new("HOME", "/tmp", null),
        ],
        Resources = PodResources.OfHelpers,
        VolumeMounts = volumes.OfHelpers,
        // Its last words are the reason that people are shown.
        TerminationMessagePolicy = "FallbackToLogsOnError",
        SecurityContext = new()
        {
            AllowPrivilegeEscalation = false,
            ReadOnlyRootFilesystem = true,
            // What root wrote only root can read, and what runs as root only root can end.
            RunAsUser = policy.RunAsRoot == true ? 0 : null,
            Capabilities = new(policy.RunAsRoot == true ? ["DAC_OVERRIDE", "KILL"] : null, ["ALL"]),
        },
    };

    private static PodSecurity Security(StepPlan plan, KubernetesExecutorOptions options, PodPolicy policy)
    {
        var asRoot = policy.RunAsRoot == true;
        var user = plan.User is { } named ? UserOf(named) : asRoot ? null : options.User;
        return new()
        {
            RunAsNonRoot = asRoot ? null : true,
            RunAsUser = user,
            RunAsGroup = user,
            // What the step and its helpers write is in one group. A shared volume's files are left as they are.
            FsGroup = plan.Folders is null ? user ?? options.User : null,
            SeccompProfile = new("RuntimeDefault"),
        };
    }

    private static Probe? ProbeOf(ProbeSpec? probe) => probe is null or { LogLine: not null } ? null : new()
    {
        Exec = probe.Exec is { } command ? new(command) : null,
        TcpSocket = probe.TcpPort is { } tcp ? new(tcp) : null,
        HttpGet = probe.Http is { } path && probe.HttpPort is { } http ? new(path, http) : null,
        PeriodSeconds = probe.Interval is { } interval ? Math.Max(1, (int)Math.Ceiling(interval.TotalSeconds)) : 1,
    };

    private static List<KeyValuePair<string, string>> Environment(StepPlan plan)
    {
        var all = StepVariables.With(plan.Environment, StepFolders.InputTarget, StepFolders.OutputTarget, StepFolders.LogsTarget, StepFolders.WorkdirTarget);
        // A user that the image doesn't know would get "/" for a home, where it may not write.
        if (plan.User is null)
            all.TryAdd("HOME", StepFolders.WorkdirTarget);
        return [.. all.OrderBy(pair => pair.Key, StringComparer.Ordinal)];
    }

    /// <summary>Kubernetes puts variables in place of $(NAME) in commands; two dollars stand for one.</summary>
    private static List<string>? Literal(IReadOnlyList<string>? words) => words?.Select(word => word.Replace("$", "$$", StringComparison.Ordinal)).ToList();

    /// <summary>Pinned where an image registry has those bytes: an image of our own that was never pushed is known to nodes by its name only.</summary>
    private static string ImageOf(StepPlan plan) =>
        plan.ImageDigest is { } digest && !plan.Image!.StartsWith("twinrunner/", StringComparison.Ordinal) && !plan.Image.Contains('@', StringComparison.Ordinal)
            ? $"{ImageName.Parse(plan.Image).Repository}@{digest}"
            : plan.Image!;

    private static Dictionary<string, string> LabelsOf(StepPlan plan, KubernetesExecutorOptions options) =>
        JobLabels.For(plan, options.Installation, options.Policies.For(plan).Labels ?? new Dictionary<string, string>());

    /// <summary>Goes with the Job.</summary>
    public static ObjectMeta Owned(string name, Job job) => new()
    {
        Name = name,
        Labels = job.Metadata.Labels,
        OwnerReferences = [new("batch/v1", "Job", job.Metadata.Name, job.Metadata.Uid!)],
    };

    private static long? UserOf(string user) =>
        user is "root" ? 0 : long.TryParse(user.Split(':')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string Key(int index) => $"v{index}";

    private static string PortName(PortSpec port) => $"{port.Protocol.ToLowerInvariant()}-{port.Container}";

    private static string Protocol(PortSpec port) => port.Protocol.ToUpperInvariant();

    [GeneratedRegex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", RegexOptions.NonBacktracking)]
    public static partial Regex HostName();
}
