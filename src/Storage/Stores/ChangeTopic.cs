using Twinrunner.Storage.Documents;

namespace Twinrunner.Storage.Stores;

/// <summary>What a reader may wait for.</summary>
public readonly record struct ChangeTopic
{
    private enum Subject { Events, Queue, Execution, ExecutionLog, StepLog, StepStop, StepOutputs, Syncs }

    private readonly Subject _subject;
    private readonly ObjectId _id;

    private ChangeTopic(Subject subject, ObjectId id) => (_subject, _id) = (subject, id);

    /// <summary>Any new event.</summary>
    public static ChangeTopic Events { get; } = new(Subject.Events, default);

    /// <summary>A step became queued, or room for one may have become free.</summary>
    public static ChangeTopic Queue { get; } = new(Subject.Queue, default);

    /// <summary>A component's look is due, or one has ended.</summary>
    public static ChangeTopic Syncs { get; } = new(Subject.Syncs, default);

    /// <summary>A new event of that execution.</summary>
    public static ChangeTopic Execution(Id<Execution> id) => new(Subject.Execution, id.Value);

    /// <summary>A new page of the log of any step of that execution.</summary>
    public static ChangeTopic ExecutionLog(Id<Execution> id) => new(Subject.ExecutionLog, id.Value);

    /// <summary>A new page of that step's log, or its end.</summary>
    public static ChangeTopic StepLog(Id<Step> id) => new(Subject.StepLog, id.Value);

    /// <summary>A wish to stop that step.</summary>
    public static ChangeTopic StepStop(Id<Step> id) => new(Subject.StepStop, id.Value);

    /// <summary>Outputs that a helper in that step's pod has stored.</summary>
    public static ChangeTopic StepOutputs(Id<Step> id) => new(Subject.StepOutputs, id.Value);

    /// <summary>As text that <see cref="TryParse"/> reads, in another process.</summary>
    public override string ToString() => $"{_subject}:{_id}";

    internal static bool TryParse(string text, out ChangeTopic topic)
    {
        topic = default;
        if (text.Split(':') is not [var name, var digits] || !Enum.TryParse<Subject>(name, out var subject) || !ObjectId.TryParse(digits, out var id))
            return false;
        topic = new(subject, id);
        return true;
    }
}
