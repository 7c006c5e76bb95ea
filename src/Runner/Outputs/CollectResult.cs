using System.Diagnostics.CodeAnalysis;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Outputs;

/// <summary>What became of an attempt's outputs. With <see cref="FailureReason.OutputMissing"/> what is there is stored all the same.</summary>
public sealed record CollectResult
{
    /// <summary>The stored outputs: the main one, and where there are any, logs and snapshot.</summary>
    public IReadOnlyList<Output> Outputs { get; private init; } = [];

    /// <summary>The output of type <c>output</c>.</summary>
    public Output? Main => Outputs.FirstOrDefault(output => output.OutputType == "output");

    /// <summary>Values that the step set for later steps.</summary>
    public IReadOnlyDictionary<string, string> Values { get; private init; } = new Dictionary<string, string>();

    /// <summary>What was left out, for the step's log.</summary>
    public IReadOnlyList<string> Warnings { get; private init; } = [];

    /// <summary>Null: everything is stored.</summary>
    public FailureReason? Reason { get; private init; }

    public string? Message { get; private init; }

    /// <summary>The store was at fault: what is in the folders can be stored another time.</summary>
    public bool CanTryAgain { get; private init; }

    [MemberNotNullWhen(false, nameof(Reason), nameof(Message))]
    public bool Succeeded => Reason is null;

    public static CollectResult Stored(
        IReadOnlyList<Output> outputs, IReadOnlyDictionary<string, string> values, IReadOnlyList<string> warnings) =>
        new() { Outputs = outputs, Values = values, Warnings = warnings };

    public static CollectResult Failed(FailureReason reason, string message) => new() { Reason = reason, Message = message };

    public static CollectResult StoreRefused(string message) => Failed(FailureReason.OutputUpload, message) with { CanTryAgain = true };

    public CollectResult With(FailureReason reason, string message) => this with { Reason = reason, Message = message };
}
