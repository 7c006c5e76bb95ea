using System.Diagnostics.CodeAnalysis;
using Twinrunner.Runner.Executors;
using Twinrunner.Runner.Outputs;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Executions.Attempts;

/// <summary>What preparing an attempt came to: a plan to launch, an earlier step that stands in for it, or a failure.</summary>
internal sealed record PreparedStep
{
    public StepPlan? Plan { get; private init; }

    public ResolvedInputs Inputs { get; private init; } = ResolvedInputs.Of([]);

    /// <summary>The step whose outputs are this one's too, and its main output under this step's name.</summary>
    public (Step From, Output Output)? Cached { get; private init; }

    public StepResult? Failure { get; private init; }

    [MemberNotNullWhen(true, nameof(Plan))]
    public bool CanLaunch => Plan is not null;

    public static PreparedStep Launch(StepPlan plan, ResolvedInputs inputs) => new() { Plan = plan, Inputs = inputs };

    public static PreparedStep FromCache(Step from, Output output) => new() { Cached = (from, output) };

    public static PreparedStep Failed(FailureReason reason, string message) => new() { Failure = StepResult.Failed(reason, message) };

    public static PreparedStep Failed(StepResult failure) => new() { Failure = failure };
}
