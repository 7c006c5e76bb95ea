using Twinrunner.Runner.Workflows.Expressions;
using Twinrunner.Runner.Workflows.Reading;
using Twinrunner.Runner.Workflows.Yaml;

namespace Twinrunner.Runner.Workflows;

/// <summary>
/// Reads a workflow file and checks all that can be checked without components and given parameters. Pure; never throws on
/// any text; its work is bounded by the text's length (at most 1 MiB).
/// </summary>
public static class WorkflowParser
{
    public static ParsedWorkflow Parse(string yaml)
    {
        var faults = new FaultList();
        WorkflowFile? file = null;
        try
        {
            file = Read(yaml, faults);
        }
        catch (FaultList.FullException)
        {
            // what was found is told
        }
        var all = faults.ToList();
        return new(file is null ? null : file with { Faults = all }, all);
    }

    private static WorkflowFile? Read(string yaml, FaultList faults)
    {
        var root = YamlTree.Read(yaml, faults);
        if (root is YamlMap map)
            return Read(map, faults);
        if (root is not null)
            faults.Add(root, $"a workflow is a mapping, this is {root.Kind}", "start with 'steps:'");
        return null;
    }

    private static WorkflowFile Read(YamlMap root, FaultList faults)
    {
        var workflow = new SectionReader(root, Sections.Workflow).Check(faults);
        var parameters = ParameterReader.Read(workflow, new ValueReader(faults, new CheckScope([])));
        var names = parameters.Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        var header = HeaderReader.Read(workflow, new ValueReader(faults, new CheckScope(names)));
        var steps = new StepListReader(workflow, names, faults).Read();
        return header with
        {
            Parameters = parameters,
            Steps = steps,
            ComponentNames = [.. steps.Select(s => s.Component?.Split('@')[0]).OfType<string>().Distinct(StringComparer.Ordinal)],
            Root = root,
        };
    }
}
