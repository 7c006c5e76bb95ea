using System.Globalization;
using Twinrunner.Runner.Executors;
using Twinrunner.Runner.Workflows;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Executions.Attempts;

/// <summary>Puts together what an executor launches. Pure.</summary>
internal static class StepPlanBuilder
{
    public static StepPlan Build(
        Step step,
        StepSpec spec,
        Execution execution,
        StepFolders? folders,
        IReadOnlyDictionary<string, string> secrets)
    {
        var (entrypoint, command) = spec.Script is { } script
            ? (spec.Entrypoint ?? ["/bin/sh", "-e"], (IReadOnlyList<string>)["-c", script])
            : (spec.Entrypoint, spec.Command);
        return new()
        {
            Key = new(step.Id, step.Attempt),
            Execution = execution.Id,
            StepName = StepHostName.Of(step.Name),
            Component = spec.Component?.Name,
            Image = spec.Image,
            ImageDigest = spec.ImageDigest,
            Entrypoint = entrypoint,
            Command = command,
            Environment = EnvironmentOf(step, spec, execution, secrets),
            User = spec.User,
            WorkingDirectory = spec.WorkingDirectory,
            ReadOnlyRoot = spec.ReadOnlyRoot,
            Resources = spec.Resources with { Memory = RetryPolicy.Memory(step) },
            Ports = spec.Ports,
            Network = spec.Network == "none" ? StepNetwork.None
                : execution.Network is not null && spec.Kind != StepKind.Process ? StepNetwork.Execution
                : StepNetwork.Default,
            ReadyProbe = spec.ReadyProbe,
            Grace = spec.Grace,
            Folders = folders,
            Snapshot = spec.Snapshot,
            Labels = spec.Labels,
        };
    }

    private static Dictionary<string, string> EnvironmentOf(
        Step step,
        StepSpec spec,
        Execution execution,
        IReadOnlyDictionary<string, string> secrets)
    {
        var environment = new Dictionary<string, string>
        {
            // ODTP's identifiers (its .env.dist spells one of them so). Its database and store are not passed: both are our job.
            ["ODTP_STEP_ID"] = step.Id.ToString(),
            ["ODTP_STEP"] = step.Name,
            ["ODTP_EXCUTION"] = execution.Id.ToString(),
            ["ODTP_DIGITAL_TWIN"] = execution.DigitalTwinRef?.ToString() ?? "",
            ["TWIN_EXECUTION"] = execution.Id.ToString(),
            ["TWIN_STEP"] = step.Name,
            ["TWIN_ATTEMPT"] = step.Attempt.ToString(CultureInfo.InvariantCulture),
            ["TWIN_OUTPUTS"] = StepFolders.LogsTarget + "/outputs.env",
        };
        if (spec.Component is { } component)
        {
            environment["ODTP_COMPONENT"] = component.Name;
            environment["ODTP_COMPONENT_VERSION"] = component.VersionName;
        }
        foreach (var (name, value) in step.Parameters)
        {
            if (ParameterText.Of(value) is { } text)
                environment[name] = text;
        }
        foreach (var (name, value) in spec.Environment)
            environment[name] = value;
        foreach (var (name, secret) in spec.Secrets)
            environment[name] = secrets[secret];
        return environment;
    }
}
