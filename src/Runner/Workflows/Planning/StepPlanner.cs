using Twinrunner.Runner.Workflows.Expressions;
using Twinrunner.Runner.Workflows.Reading;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Workflows.Planning;

/// <summary>Reads one item with the values of its scope, and makes the step's document of it.</summary>
internal sealed class StepPlanner(WorkflowFile header, PlanRequest request, ComponentResolver components, FaultList faults)
{
    public void Read(PlanItem item, PlanScope scope)
    {
        var step = item.Group.Step;
        var settings = new StepReader(step.Reader, new ValueReader(faults, scope)).Read();
        var version = settings.Component is { } reference ? components.Find(reference, step.Reader.Find("component")!) : null;
        item.Settings = settings;
        item.Version = version;
        item.Interactive = (settings.Type ?? version?.Type) == "interactive";
        item.Background = settings.Background ?? item.Interactive;
        item.Parameters = ComponentParameters.Read(step, settings, version, faults);
        item.Ports = step.Reader.Find("ports") is null && item.Background && version is not null ? version.PortSpecs : settings.Ports;
        StepRules.CheckServing(step.Reader, settings, item.Interactive, faults);
        CheckSecrets(step, settings, version);
    }

    public Step Build(PlanItem item, Id<Execution> execution)
    {
        var dependsOn = item.DependsOn.Select(d => d.Id).ToList();
        return new Step
        {
            Id = item.Id,
            ExecutionRef = execution,
            Name = item.Name,
            Status = StepStatus.Pending,
            Spec = BuildSpec(item),
            DependsOn = dependsOn,
            Dependents = [.. item.Dependents.Select(d => d.Id)],
            WaitingFor = dependsOn,
            WaitingCount = dependsOn.Count,
            Priority = request.Priority ?? header.Priority,
            Type = item.Interactive ? "interactive" : "ephemeral",
            ComponentVersion = item.Version?.Id.ToString() ?? "",
            Parameters = item.Parameters,
            Ports = [.. item.Ports.Select(p => p.Host is { } host ? $"{host}:{p.Container}" : $"{p.Container}")],
            RunStep = true,
            CreatedAt = request.Now,
            UpdatedAt = request.Now,
        };
    }

    private StepSpec BuildSpec(PlanItem item)
    {
        var settings = item.Settings;
        var version = item.Version;
        var process = settings.Process;
        return new StepSpec
        {
            Kind = KindOf(settings),
            Source = item.Group.Step.Name,
            Matrix = MatrixOf(item),
            Component = version is null ? null : new(version.ComponentId, version.Id, version.Component.ComponentName, version.Name, version.Commit),
            Image = process is not null ? null : version is not null ? version.Image : settings.Image,
            ImageDigest = version?.ImageDigest,
            Entrypoint = process is not null && settings.Script is not null ? process : settings.Entrypoint,
            Command = process is not null && settings.Script is null ? process : settings.Command ?? version?.Command,
            Script = settings.Script,
            Environment = settings.Environment,
            Secrets = settings.Secrets,
            Inputs = settings.Inputs is null ? InputPlanner.AllOf(item) : InputPlanner.Of(item, settings.Inputs, faults),
            RequiredOutputs = settings.Outputs,
            Ports = item.Ports,
            Resources = version is { Gpu: true } && !settings.GpuGiven ? settings.Resources with { Gpu = 1 } : settings.Resources,
            Timeouts = settings.Timeouts,
            Retry = settings.Retry,
            When = settings.When,
            Background = item.Background,
            ReadyProbe = settings.Ready,
            Cache = (settings.Cache ?? header.Cache) && !item.Background,
            Snapshot = settings.Snapshot,
            Network = settings.Network,
            User = settings.User,
            WorkingDirectory = settings.WorkingDirectory,
            ReadOnlyRoot = settings.ReadOnlyRoot,
            Grace = settings.Grace ?? TimeSpan.FromSeconds(10),
            NodeLabels = settings.NodeLabels,
            Labels = settings.Labels,
        };
    }

    private static StepKind KindOf(StepSettings settings) => settings switch
    {
        { Component: not null } => StepKind.Component,
        { Process: not null } => StepKind.Process,
        { Script: not null } => StepKind.Script,
        _ => StepKind.Container,
    };

    private static Dictionary<string, string>? MatrixOf(PlanItem item)
    {
        if (item.Group.Matrix is not { } matrix)
            return null;
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < matrix.Variables.Count; i++)
            values[matrix.Variables[i]] = matrix.Items[item.Index][i].Text;
        return values;
    }

    private void CheckSecrets(WorkflowStep step, StepSettings settings, ComponentVersion? version)
    {
        foreach (var name in version?.SecretNames ?? [])
        {
            if (!settings.Secrets.ContainsKey(name) && !settings.Environment.ContainsKey(name) && !settings.Parameters.Any(p => p.Name == name))
                faults.Warn(step.Reader.Map, $"component '{version!.Component.ComponentName}@{version.Name}' takes the secret '{name}', which is not given", $"secrets: {{{name}: name-of-a-stored-secret}}");
        }
    }
}
