using System.Text.Json;
using Twinrunner.Runner.Workflows.Expressions;
using Twinrunner.Runner.Workflows.Reading;
using Twinrunner.Runner.Workflows.Yaml;

namespace Twinrunner.Runner.Workflows.Planning;

/// <summary>Gives every parameter of the workflow its value: the one given, else the default.</summary>
internal static class ParameterBinder
{
    public static IReadOnlyDictionary<string, Value> Bind(WorkflowFile file, IReadOnlyDictionary<string, JsonElement> given, FaultList faults)
    {
        var names = file.Parameters.Select(p => p.Name).ToList();
        foreach (var name in given.Keys.Where(n => !names.Contains(n)).Order(StringComparer.Ordinal))
            faults.AddAt(0, 0, $"the workflow has no parameter '{name}'", Suggestion.Hint(name, names), "parameters." + name);

        var values = new Dictionary<string, Value>(StringComparer.Ordinal);
        foreach (var parameter in file.Parameters)
        {
            if (ValueOf(parameter, given, faults) is { } value)
                values[parameter.Name] = value;
        }
        return values;
    }

    private static Value? ValueOf(WorkflowParameter parameter, IReadOnlyDictionary<string, JsonElement> given, FaultList faults)
    {
        if (given.TryGetValue(parameter.Name, out var json))
        {
            if (ParameterValue.Read(parameter, Value.Of(json), out var problem, out var hint) is { } value)
                return value;
            faults.AddAt(0, 0, $"parameter '{parameter.Name}' {problem}", hint, "parameters." + parameter.Name);
            return null;
        }
        if (parameter.Default is { } fallback)
            return Value.Of(fallback);
        var at = parameter.Node!;
        faults.Add(at, $"parameter '{parameter.Name}' has no default and was not given", $"give it: -p {parameter.Name}=…");
        return null;
    }
}
