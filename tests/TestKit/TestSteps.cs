using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.TestKit;

/// <summary>Steps for tests that need one to be stored, and no execution around it.</summary>
public static class TestSteps
{
    /// <summary>In its first attempt.</summary>
    public static Step Make(string name, StepStatus status)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new()
        {
            Id = Id<Step>.New(TimeProvider.System),
            ExecutionRef = Id<Execution>.New(TimeProvider.System),
            Name = name,
            Status = status,
            Attempt = 1,
            Spec = new StepSpec { Kind = StepKind.Container, Source = "load" },
            CreatedAt = now,
            UpdatedAt = now,
        };
    }
}
