using Twinrunner.Runner.Executors.Kubernetes;

namespace Twinrunner.Runner.Hosting;

public static partial class HostSettingList
{
    private static HostSetting[] Kubernetes =>
    [
        new("executor", "--executor", "TWIN_EXECUTOR", "docker",
            "where steps run: docker (the container engine of this machine) or kubernetes (Jobs of a cluster)",
            "on kubernetes a step takes a second or two to begin",
            (settings, text) => settings with { Executor = text.Trim() is "docker" or "kubernetes" ? text.Trim() : throw new FormatException("expected docker or kubernetes") }),
        OfCluster("kubeconfig", "--kubeconfig", "TWIN_KUBECONFIG", "KUBECONFIG, else the pod's service account, else ~/.kube/config",
            "file that says where the cluster is and who we are to it",
            "nothing",
            (cluster, text) => cluster with { Kubeconfig = ExistingFile(text) }),
        OfCluster("kubernetesContext", "--kubernetes-context", "TWIN_KUBERNETES_CONTEXT", "the kubeconfig's current one",
            "context of the kubeconfig",
            "nothing",
            (cluster, text) => cluster with { Context = text.Trim() }),
        OfCluster("kubernetesNamespace", "--kubernetes-namespace", "TWIN_KUBERNETES_NAMESPACE", "that of the context or the pod",
            "namespace in which the Jobs of steps are made",
            "nothing",
            (cluster, text) => cluster with { Namespace = text.Trim() }),
        OfCluster("kubernetesInstallation", "--kubernetes-installation", "TWIN_KUBERNETES_INSTALLATION", "made of the database's address, else of the data folder",
            "label by which all runners of this installation know their Jobs",
            "two installations with the same one in a namespace remove each other's Jobs",
            (cluster, text) => cluster with { Installation = LabelValue(text.Trim()) }),
        OfCluster("kubernetesHelperImage", "--kubernetes-helper-image", "TWIN_KUBERNETES_HELPER_IMAGE", "none",
            "image of twinrunner, for the containers beside a step that bring its inputs and take its outputs",
            "each step has a small container more, two where it has inputs",
            (cluster, text) => cluster with { HelperImage = text.Trim() }),
        OfCluster("kubernetesApiUrl", "--kubernetes-api-url", "TWIN_KUBERNETES_API_URL", "none",
            "address under which pods of steps reach our API",
            "nothing",
            (cluster, text) => cluster with { ApiUrl = Uri.TryCreate(text.Trim(), UriKind.Absolute, out var url) && url.Scheme is "http" or "https" ? url : throw new FormatException("expected http://HOST:PORT") }),
        OfCluster("kubernetesSharedClaim", "--kubernetes-shared-claim", "TWIN_KUBERNETES_SHARED_CLAIM", "none",
            "PersistentVolumeClaim (ReadWriteMany) that takes the place of the helpers",
            "all steps' files are on that one volume while they run",
            (cluster, text) => cluster with { SharedClaim = text.Trim() }),
        OfCluster("kubernetesSharedPath", "--kubernetes-shared-path", "TWIN_KUBERNETES_SHARED_PATH", "none",
            "where the shared volume is mounted in this process",
            "nothing",
            (cluster, text) => cluster with { SharedPath = text.Trim() }),
        OfCluster("kubernetesSharedHostPath", "--kubernetes-shared-host-path", "TWIN_KUBERNETES_SHARED_HOST_PATH", "none",
            "in place of a claim, on a cluster of one node: the folder of that node",
            "pods with it are not 'restricted' any more",
            (cluster, text) => cluster with { SharedHostPath = text.Trim() }),
        OfCluster("kubernetesPolicy", "--kubernetes-policy", "TWIN_KUBERNETES_POLICY", "none",
            "file (YAML or JSON) with what pods of steps get and may, by component and image (docs/kubernetes-executor.md)",
            "what it allows, components may",
            (cluster, text) => cluster with { Policies = PodPolicies.Read(ReadFile(text)) }),
        OfCluster("kubernetesUser", "--kubernetes-user", "TWIN_KUBERNETES_USER", "10001",
            "number of the user, and group, that steps run as which name none",
            "nothing",
            (cluster, text) => cluster with { User = Number(text, 1, uint.MaxValue) }),
        OfCluster("kubernetesPatienceSeconds", "--kubernetes-patience-seconds", "TWIN_KUBERNETES_PATIENCE_SECONDS", "45",
            "how long a pod may wait for what doesn't come (a node, an image, quota) before its attempt fails; more where nodes are added on demand",
            "what will never run is told later",
            (cluster, text) => cluster with { Patience = TimeSpan.FromSeconds(Number(text, 1, 86_400)) }),
        OfCluster("kubernetesDomain", "--kubernetes-domain", "TWIN_KUBERNETES_DOMAIN", "cluster.local",
            "DNS domain of the cluster, for the names of steps that talk to each other",
            "nothing",
            (cluster, text) => cluster with { ClusterDomain = text.Trim() }),
    ];

    private static HostSetting OfCluster(
        string name, string flag, string variable, string @default, string help, string cost, Func<KubernetesSettings, string, KubernetesSettings> apply) =>
        new(name, flag, variable, @default, help, cost, (settings, text) => settings with { Kubernetes = apply(settings.Kubernetes, text) });

    private static string LabelValue(string text) =>
        text.Length is > 0 and <= 63 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_') && char.IsAsciiLetterOrDigit(text[0]) && char.IsAsciiLetterOrDigit(text[^1])
            ? text
            : throw new FormatException("a label has 1 to 63 letters, digits and -._");
}
