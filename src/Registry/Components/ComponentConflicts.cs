using Twinrunner.Storage.Documents;

namespace Twinrunner.Registry.Components;

internal static class ComponentConflicts
{
    public static ComponentOutcome.Conflict NameTaken(string name, Component? other) =>
        new($"The name '{name}' is taken by the component from '{other?.Repository}'{(other?.Subfolder is { Length: > 0 } folder ? $", folder '{folder}'" : "")}. Give this one another name (--name).");
}
