using System.Text;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Executors.Kubernetes;

/// <summary>
/// Passes everything on to a sink, and notices when a step that isn't root prints that it may not do something: many images of components
/// are made for root, and their authors never saw it otherwise.
/// </summary>
internal sealed class RootHint(IStepSink inner, StepPlan plan, long user) : IStepSink
{
    private static readonly string[] Words = ["permission denied", "operation not permitted", "could not create output file"];
    private static readonly int Longest = Words.Max(word => word.Length);

    private string _tail = "";
    private bool _seen;

    /// <summary>The result, with what to do where that was the reason.</summary>
    public StepResult Over(StepResult result) => !_seen || result.Reason != FailureReason.ExitCode ? result
        : StepResult.Failed(
            FailureReason.ExitCode,
            $"{result.Message} It ran as user {user} and printed that it may not do something. If it is made for root, the operator can allow that: "
            + $"a rule {{{Pattern}, runAsRoot: true}} in kubernetesPolicy (docs/kubernetes-executor.md).") with
        {
            ExitCode = result.ExitCode,
            StartedAt = result.StartedAt,
            EndedAt = result.EndedAt,
        };

    private string Pattern => plan.Component is { } component ? $"component: {component}" : $"image: \"{plan.Image}\"";

    public async ValueTask WriteLogAsync(LogStream stream, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        Look(bytes.Span);
        await inner.WriteLogAsync(stream, bytes, cancellationToken);
    }

    public ValueTask MarkLogAsync(string mark, CancellationToken cancellationToken) => inner.MarkLogAsync(mark, cancellationToken);

    public ValueTask ActivityAsync(string? activity, CancellationToken cancellationToken) => inner.ActivityAsync(activity, cancellationToken);

    public ValueTask StartedAsync(string handle, ServedPorts ports, DateTimeOffset at, CancellationToken cancellationToken) =>
        inner.StartedAsync(handle, ports, at, cancellationToken);

    public ValueTask ReadyAsync(CancellationToken cancellationToken) => inner.ReadyAsync(cancellationToken);

    public ValueTask CollectingAsync(CancellationToken cancellationToken) => inner.CollectingAsync(cancellationToken);

    private void Look(ReadOnlySpan<byte> bytes)
    {
        if (_seen)
            return;
        var text = _tail + Encoding.Latin1.GetString(bytes);
        _seen = Words.Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase));
        _tail = text[^Math.Min(text.Length, Longest - 1)..];
    }
}
