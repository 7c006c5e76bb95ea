using Twinrunner.Storage.Documents;

namespace Twinrunner.Registry.Components;

/// <summary>How adding or refreshing a component ended.</summary>
public abstract record ComponentOutcome
{
    private ComponentOutcome()
    {
    }

    /// <param name="Created">False: it was there and was refreshed.</param>
    /// <param name="Added">Versions that are new, the latest last.</param>
    public sealed record Done(Component Component, bool Created, IReadOnlyList<ComponentVersion> Added, IReadOnlyList<string> Warnings) : ComponentOutcome;

    /// <summary>The look goes on; how it ends will show on the component.</summary>
    public sealed record Looking(Component Component, bool Created) : ComponentOutcome;

    /// <summary>The source can't be used as it is; the message says why and what to do.</summary>
    public sealed record Refused(string Message) : ComponentOutcome;

    /// <summary>The name, or the folder, is another component's.</summary>
    public sealed record Conflict(string Message) : ComponentOutcome;

    public sealed record NotFound : ComponentOutcome;
}
