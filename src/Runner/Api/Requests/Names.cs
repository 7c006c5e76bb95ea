using Twinrunner.Client;

namespace Twinrunner.Runner.Api;

/// <summary>What may be a name of a user, a digital twin or a workflow.</summary>
internal static class Names
{
    private const int Longest = 200;

    public static FaultView? Check(string where, string name) => name switch
    {
        _ when string.IsNullOrWhiteSpace(name) => new FaultView(0, 0, where, "is empty"),
        { Length: > Longest } => new FaultView(0, 0, where, $"has {name.Length} characters, more than {Longest}"),
        _ when name.Any(char.IsControl) => new FaultView(0, 0, where, "has control characters"),
        _ when name != name.Trim() => new FaultView(0, 0, where, "begins or ends with a space"),
        _ => null,
    };

    /// <summary>A name that is also a part of an address.</summary>
    public static FaultView? CheckForPath(string where, string name) =>
        Check(where, name) ?? (name.AsSpan().ContainsAny('/', '\\') || name is "." or ".." ? new FaultView(0, 0, where, "has a slash, or is only dots") : null);
}
