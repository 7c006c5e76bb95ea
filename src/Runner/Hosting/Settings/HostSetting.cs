namespace Twinrunner.Runner.Hosting;

/// <summary>One setting: what it is called everywhere, and how its text becomes a value.</summary>
/// <param name="Name">Its name in <c>twinrunner.json</c>.</param>
/// <param name="Flag">Its flag of <c>twin serve</c>; null: it has none (secrets don't belong on a command line).</param>
/// <param name="Variable">Its environment variable.</param>
/// <param name="Default">The default, for people.</param>
/// <param name="Help">What it does, as one clause.</param>
/// <param name="Cost">What raising or turning it on costs.</param>
/// <param name="Apply">Puts the text into the settings; throws <see cref="FormatException"/> with a clause when it can't.</param>
public sealed record HostSetting(
    string Name,
    string? Flag,
    string Variable,
    string Default,
    string Help,
    string Cost,
    Func<HostSettings, string, HostSettings> Apply)
{
    /// <summary>A flag without a value turns it on.</summary>
    public bool IsSwitch { get; init; }

    /// <summary>It is neither shown nor read from the file.</summary>
    public bool IsSecret { get; init; }
}
