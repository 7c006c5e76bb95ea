using System.Text.RegularExpressions;
using Twinrunner.Runner.Executors.Docker.Engine;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Executors.Docker;

/// <summary>Turns a step's plan into the container to create. Pure.</summary>
internal static partial class ContainerPlan
{
    /// <summary>
    /// What images that run as root need to write to files of other users, change to a user of theirs and open a port below 1024. Of the
    /// engine's default set, these are not given: MKNOD, NET_RAW, SETFCAP, SETPCAP, SYS_CHROOT, AUDIT_WRITE.
    /// </summary>
    internal static readonly string[] Capabilities =
        ["CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "NET_BIND_SERVICE", "SETGID", "SETUID"];

    /// <summary>Programs that want to be, or are fine as, process 1 of a container.</summary>
    private static readonly HashSet<string> Inits =
        ["init", "tini", "tini-static", "dumb-init", "docker-init", "catatonit", "s6-svscan", "systemd", "supervisord", "runit", "my_init"];

    private static readonly Dictionary<string, string> UnlimitedLocalLog = new()
    {
        // Rotation would lose the beginning, and the replay after a restart counts bytes from there.
        ["max-size"] = "1000t",
        ["max-file"] = "1",
        ["compress"] = "false",
    };

    private static readonly Dictionary<string, string> UnlimitedLog = new() { ["max-size"] = "-1" };

    /// <param name="image">What to run, by the name or id given in <paramref name="reference"/>.</param>
    public static ContainerSpec Build(StepPlan plan, EngineImage image, string reference, DockerOptions options) => new()
    {
        Image = reference,
        Hostname = HostName().IsMatch(plan.StepName) ? plan.StepName : null,
        User = plan.User,
        WorkingDir = plan.WorkingDirectory,
        Entrypoint = plan.Entrypoint,
        Cmd = plan.Command,
        Env = [.. Variables(plan).Select(e => $"{e.Key}={e.Value}")],
        Labels = ContainerLabels.For(plan, options.Installation),
        ExposedPorts = plan.Ports.Count == 0 ? null : plan.Ports.ToDictionary(PortName, _ => new EmptyObject()),
        HostConfig = BuildHost(plan, image, options),
        NetworkingConfig = plan.Network != StepNetwork.Execution
            ? null
            : new(new Dictionary<string, EndpointSpec> { [NetworkName(plan.Execution.ToString())] = new([plan.StepName]) }),
    };

    public static string NetworkName(string execution) => "twin-" + execution;

    public static string PortName(PortSpec port) => $"{port.Container}/{port.Protocol}";

    /// <summary>The user that the container's command runs as; empty: root.</summary>
    public static string UserOf(StepPlan plan, EngineImage image) => plan.User ?? image.Config?.User ?? "";

    public static bool IsRoot(string user) => user is "" or "0" or "root" || user.StartsWith("0:", StringComparison.Ordinal) || user.StartsWith("root:", StringComparison.Ordinal);

    private static Dictionary<string, string> Variables(StepPlan plan) => StepVariables.With(
        plan.Environment, StepFolders.InputTarget, StepFolders.OutputTarget, StepFolders.LogsTarget, StepFolders.WorkdirTarget);

    private static HostSpec BuildHost(StepPlan plan, EngineImage image, DockerOptions options) => new()
    {
        Mounts = BuildMounts(plan),
        Tmpfs = plan.ReadOnlyRoot ? new Dictionary<string, string> { ["/tmp"] = "rw,exec,nosuid,nodev,mode=1777" } : null,
        NanoCpus = plan.Resources.Cpu is { } cpu ? (long)(cpu * 1e9) : null,
        Memory = plan.Resources.Memory,
        MemorySwap = plan.Resources.Memory,
        PidsLimit = plan.Resources.Pids ?? options.DefaultPids,
        DeviceRequests = plan.Resources.Gpu == 0 ? null : [new(plan.Resources.Gpu, [["gpu"]])],
        SecurityOpt = ["no-new-privileges"],
        CapDrop = ["ALL"],
        CapAdd = Capabilities,
        ReadonlyRootfs = plan.ReadOnlyRoot,
        Init = NeedsInit(plan, image),
        NetworkMode = plan.Network switch
        {
            StepNetwork.None => "none",
            StepNetwork.Execution => NetworkName(plan.Execution.ToString()),
            _ => "default",
        },
        PortBindings = plan.Ports.Count == 0 ? null : plan.Ports
            .GroupBy(PortName)
            .ToDictionary(p => p.Key, p => (IReadOnlyList<PortBinding>)[.. p.Select(port => new PortBinding(options.PublishAddress, port.Host?.ToString() ?? ""))]),
        LogConfig = new(options.LogDriver, options.LogDriver == "local" ? UnlimitedLocalLog : UnlimitedLog),
    };

    private static List<MountSpec>? BuildMounts(StepPlan plan)
    {
        var mounts = new List<MountSpec>();
        if (plan.Folders is { } folders)
        {
            mounts.Add(new("bind", folders.Input, StepFolders.InputTarget));
            mounts.Add(new("bind", folders.Output, StepFolders.OutputTarget));
            mounts.Add(new("bind", folders.Logs, StepFolders.LogsTarget));
        }
        // A component works in its work directory also where the rest of the root is read-only; a volume, because what a
        // tmpfs holds is gone before a snapshot could be taken.
        if (plan.ReadOnlyRoot)
            mounts.Add(new("volume", null, StepFolders.WorkdirTarget));
        return mounts.Count == 0 ? null : mounts;
    }

    /// <summary>
    /// A shell as process 1 ignores TERM, so every stop of an ODTP component would take the whole grace period and end with 137.
    /// Below the engine's init it ends at once. Images that bring an init of their own keep it: some refuse to be anything but process 1.
    /// </summary>
    private static bool NeedsInit(StepPlan plan, EngineImage image)
    {
        var entrypoint = plan.Entrypoint ?? image.Config?.Entrypoint;
        var command = entrypoint is { Count: > 0 } ? entrypoint : plan.Command ?? image.Config?.Cmd;
        return command is not { Count: > 0 } || !Inits.Contains(Path.GetFileName(command[0]));
    }

    [GeneratedRegex("^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$", RegexOptions.NonBacktracking)]
    private static partial Regex HostName();
}
