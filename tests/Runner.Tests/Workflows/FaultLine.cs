using Twinrunner.Runner.Workflows;

namespace Twinrunner.Runner.Tests.Workflows;

internal static class FaultLine
{
    /// <summary>One fault in one line, as tools write it: <c>path:line:column: error: message (where)</c>.</summary>
    public static string Of(Fault fault, string path)
    {
        var place = fault.Line > 0 ? $"{path}:{fault.Line}:{fault.Column}" : path;
        var where = fault.Where.Length > 0 ? $" ({fault.Where})" : "";
        return $"{place}: {(fault.IsWarning ? "warning" : "error")}: {fault.Message}{where}";
    }
}
