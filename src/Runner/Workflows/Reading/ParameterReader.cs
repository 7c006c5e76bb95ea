using Twinrunner.Runner.Workflows.Expressions;
using Twinrunner.Runner.Workflows.Yaml;

namespace Twinrunner.Runner.Workflows.Reading;

/// <summary>Reads the workflow's own parameters: a name with its default, or a mapping that says more.</summary>
internal static class ParameterReader
{
    private static readonly string[] Types = ["string", "integer", "number", "boolean", "list"];

    public static IReadOnlyList<WorkflowParameter> Read(SectionReader workflow, ValueReader values)
    {
        var parameters = new List<WorkflowParameter>();
        foreach (var entry in workflow.Pairs("parameters", values))
        {
            if (!IsName(entry.Name))
                values.Faults.Add(entry.Key, $"'{entry.Name}' can't be the name of a parameter", "letters, digits, '_' and '-', with a letter or '_' first");
            parameters.Add(entry.Value is YamlMap map ? ReadMap(entry, map, values) : ReadShort(entry, values));
        }
        return parameters;
    }

    private static WorkflowParameter ReadShort(YamlEntry entry, ValueReader values)
    {
        var value = Default(entry.Value, values);
        return new(entry.Name, TypeOf(value), value?.ToJson(), null, [], null, null) { Node = entry.Key };
    }

    private static WorkflowParameter ReadMap(YamlEntry entry, YamlMap map, ValueReader values)
    {
        var section = new SectionReader(map, Sections.Parameter).Check(values.Faults);
        var written = section.Find("default");
        var value = Default(written, values);
        var options = values.Texts(section.Find("options")) ?? [];
        var parameter = new WorkflowParameter(
            entry.Name,
            values.OneOf(section.Find("type"), Types) ?? TypeOf(value),
            value?.ToJson(),
            values.Text(section.Find("description")),
            options,
            values.Number(section.Find("minimum"), double.MinValue, double.MaxValue),
            values.Number(section.Find("maximum"), double.MinValue, double.MaxValue))
        { Node = entry.Key };
        if (value is null)
            return parameter;
        if (ParameterValue.Read(parameter, value, out var problem, out var hint) is { } read)
            return parameter with { Default = read.ToJson() };
        values.Faults.Add(written!, $"the default of '{entry.Name}' {problem}", hint);
        return parameter;
    }

    /// <summary>Null: there is none, so that the parameter must be given.</summary>
    private static Value? Default(YamlNode? node, ValueReader values) => node switch
    {
        null or YamlScalar { IsNull: true } => null,
        YamlList list => Value.Of([.. list.Items.Select(i => values.Final(i) ?? Value.Null)]),
        _ => values.Final(node),
    };

    private static string TypeOf(Value? value) => value?.Kind switch
    {
        ValueKind.Boolean => "boolean",
        ValueKind.Number => value.Number == Math.Floor(value.Number) ? "integer" : "number",
        ValueKind.List => "list",
        _ => "string",
    };

    private static bool IsName(string name) =>
        name.Length is > 0 and <= 128 && (char.IsAsciiLetter(name[0]) || name[0] == '_') && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
}
