namespace Twinrunner.Client;

/// <summary>One line of the log of one of an execution's steps.</summary>
public sealed record ExecutionLogLineView
{
    public required string StepId { get; init; }
    public required string StepName { get; init; }
    public required int Attempt { get; init; }
    public required LogLineView Line { get; init; }
}
