using Twinrunner.Client;
using Twinrunner.Runner.Executions;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Api;

internal static class StepViews
{
    public static StepView ToView(this Step step)
    {
        var href = Hrefs.Step(step.Id);
        return new()
        {
            Id = step.Id.ToString(),
            Href = href,
            ExecutionId = step.ExecutionRef.ToString(),
            ExecutionHref = Hrefs.Execution(step.ExecutionRef),
            Name = step.Name,
            Status = step.Status.ToWire(),
            Type = step.Type,
            Attempt = step.Attempt,
            Attempts = [.. step.Attempts.Select(ToView)],
            DependsOn = [.. step.DependsOn.Select(id => id.ToString())],
            WaitingFor = [.. step.WaitingFor.Select(id => id.ToString())],
            Parameters = step.Parameters,
            Spec = step.Spec.ToView(),
            ServiceHost = step.ServiceHost,
            PublishedPorts = step.PublishedPorts ?? new Dictionary<string, int>(),
            Addresses = step.Addresses(),
            Reason = step.Reason?.ToWire(),
            Message = step.Message,
            ExitCode = step.ExitCode,
            Progress = step.Progress,
            Activity = step.Activity,
            NodeId = step.Lease?.Node.ToString(),
            CachedFrom = step.CachedFrom.Text(),
            OutputValues = step.OutputValues ?? new Dictionary<string, string>(),
            CreatedAt = step.CreatedAt,
            QueuedAt = step.QueuedAt,
            AvailableAt = step.AvailableAt,
            PreparingAt = step.PreparingAt,
            StartedAt = step.StartedAt,
            ReadyAt = step.ReadyAt,
            CollectingAt = step.CollectingAt,
            EndedAt = step.EndedAt,
            LogsHref = $"{href}/logs",
            OutputsHref = $"{href}/outputs",
        };
    }

    public static StepSpecView ToView(this StepSpec spec) => new()
    {
        Kind = spec.Kind.ToWire(),
        Source = spec.Source,
        Matrix = spec.Matrix,
        Component = spec.Component is { } pin
            ? new(pin.Component.ToString(), pin.Version.ToString(), pin.Name, pin.VersionName, pin.Commit)
            : null,
        Image = spec.Image,
        ImageDigest = spec.ImageDigest,
        Entrypoint = spec.Entrypoint,
        Command = spec.Command,
        Script = spec.Script,
        Environment = spec.Environment,
        Secrets = spec.Secrets,
        Inputs = [.. spec.Inputs.Select(input => new InputView([.. input.From.Select(id => id.ToString())], input.Include, input.Exclude, input.To, input.Raw))],
        RequiredOutputs = spec.RequiredOutputs,
        Ports = [.. spec.Ports.Select(port => new PortView(port.Container, port.Host, port.Name, port.Protocol))],
        Resources = new(spec.Resources.Cpu, spec.Resources.Memory, spec.Resources.Pids, spec.Resources.Gpu, spec.Resources.MemoryGrowth),
        Timeouts = new(spec.Timeouts.Queued?.TotalSeconds, spec.Timeouts.Preparing?.TotalSeconds, spec.Timeouts.Running?.TotalSeconds),
        Retry = new(
            spec.Retry.Limit, spec.Retry.Infrastructure, spec.Retry.Backoff?.TotalSeconds, spec.Retry.Factor, spec.Retry.MaxBackoff?.TotalSeconds,
            spec.Retry.Jitter, spec.Retry.ExitCodes, spec.Retry.Reasons?.Select(reason => reason.ToWire()).ToArray()),
        When = spec.When,
        Background = spec.Background,
        Cache = spec.Cache,
        Snapshot = spec.Snapshot,
        Network = spec.Network,
        User = spec.User,
        WorkingDirectory = spec.WorkingDirectory,
        ReadOnlyRoot = spec.ReadOnlyRoot,
        GraceSeconds = spec.Grace.TotalSeconds,
        NodeLabels = spec.NodeLabels,
        Labels = spec.Labels,
    };

    private static StepAttemptView ToView(StepAttempt attempt) =>
        new(attempt.Attempt, attempt.Status.ToWire(), attempt.Reason?.ToWire(), attempt.ExitCode, attempt.Message, attempt.Node, attempt.StartedAt, attempt.EndedAt);
}
