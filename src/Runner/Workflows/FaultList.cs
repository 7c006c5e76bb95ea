using Twinrunner.Runner.Workflows.Yaml;

namespace Twinrunner.Runner.Workflows;

/// <summary>
/// Gathers faults, each once (a step of a matrix may have the same one a hundred thousand times). At the limit the work on the
/// file ends with a <see cref="FullException"/>, so that a file full of faults costs no more than a good one.
/// </summary>
internal sealed class FaultList
{
    public const int Limit = 200;

    private readonly HashSet<Fault> _seen = [];
    private readonly List<Fault> _faults = [];

    /// <summary>Errors so far; the warnings don't count.</summary>
    public int Errors { get; private set; }

    public void Add(YamlNode at, string message, string? hint = null) =>
        Add(new Fault(at.Line, at.Column, at.Path, message, hint));

    public void Warn(YamlNode at, string message, string? hint = null) =>
        Add(new Fault(at.Line, at.Column, at.Path, message, hint, IsWarning: true));

    public void AddAt(int line, int column, string message, string? hint = null, string where = "") =>
        Add(new Fault(line, column, where, message, hint));

    public void Add(Fault fault)
    {
        if (!fault.IsWarning)
            Errors++;
        if (!_seen.Add(fault))
            return;
        _faults.Add(fault);
        if (_faults.Count < Limit)
            return;
        _faults.Add(new Fault(fault.Line, fault.Column, "", $"there are more than {Limit} faults, the rest is not looked at", null));
        throw new FullException();
    }

    public void AddRange(IEnumerable<Fault> faults)
    {
        foreach (var fault in faults)
            Add(fault);
    }

    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<Fault> ToList() => [.. _faults.OrderBy(f => f.Line).ThenBy(f => f.Column)];

    /// <summary>There is no room for another fault. Caught by the parser and the planner themselves.</summary>
    public sealed class FullException : Exception;
}
