using Twinrunner.Runner.Kubernetes.Resources;

namespace Twinrunner.Runner.Executors.Kubernetes;

/// <summary>The folders of ODTP's contract in a pod: of the shared volume, or empty ones that the helpers fill and read.</summary>
internal sealed record PodVolumes(IReadOnlyList<Volume> Volumes, IReadOnlyList<VolumeMount> OfStep, IReadOnlyList<VolumeMount> OfHelpers)
{
    private const string SharedName = "twin-shared";

    /// <summary>Where the helpers look for the folders.</summary>
    private const string Root = "/twin";

    public static PodVolumes For(StepPlan plan, KubernetesExecutorOptions options, PodPolicy policy)
    {
        var volumes = new List<Volume>();
        var mounts = new List<VolumeMount>();
        var helpers = new List<VolumeMount>();
        var targets = new (string Name, string Target, string? Folder)[]
        {
            ("twin-input", StepFolders.InputTarget, plan.Folders?.Input),
            ("twin-output", StepFolders.OutputTarget, plan.Folders?.Output),
            ("twin-logs", StepFolders.LogsTarget, plan.Folders?.Logs),
            // Always writable, also where the image's user isn't the step's; what is kept of it is read from the shared folder.
            ("twin-workdir", StepFolders.WorkdirTarget, plan.Snapshot ? plan.Folders?.Snapshot : null),
        };
        foreach (var (name, target, folder) in targets)
        {
            if (folder is not null)
            {
                mounts.Add(new(SharedName, target) { SubPath = Path.GetRelativePath(options.Shared!.Path, folder) });
                continue;
            }
            volumes.Add(new(name) { EmptyDir = new() });
            mounts.Add(new(name, target));
            // Beside each other, so that there is room for a manifest above them.
            helpers.Add(new(name, $"{Root}/{(name == "twin-workdir" ? "snapshot" : name["twin-".Length..])}"));
        }
        if (plan.Folders is not null)
            volumes.Add(new(SharedName)
            {
                PersistentVolumeClaim = options.Shared!.Claim is { } claim ? new(claim) : null,
                HostPath = options.Shared is { Claim: null, HostPath: { } path } ? new(path) : null,
            });
        if (plan.Folders is null)
        {
            volumes.Add(new("twin-helpers") { EmptyDir = new() });
            helpers.Insert(0, new("twin-helpers", Root));
            helpers.Add(new("twin-helpers", "/tmp") { SubPath = "tmp" });
        }
        if (plan.ReadOnlyRoot)
        {
            volumes.Add(new("step-tmp") { EmptyDir = new() });
            mounts.Add(new("step-tmp", "/tmp"));
        }
        foreach (var allowed in policy.Volumes ?? [])
        {
            volumes.Add(allowed.ToVolume());
            mounts.Add(new(allowed.Name, allowed.MountPath) { SubPath = allowed.SubPath, ReadOnly = allowed.ReadOnly });
        }
        return new(volumes, mounts, helpers);
    }
}
