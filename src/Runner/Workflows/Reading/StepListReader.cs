using Twinrunner.Runner.Workflows.Yaml;

namespace Twinrunner.Runner.Workflows.Reading;

/// <summary>Reads and checks all steps of a file.</summary>
internal sealed class StepListReader(SectionReader workflow, IReadOnlyCollection<string> parameters, FaultList faults)
{
    public const int MaxNameLength = 63;

    private readonly Dictionary<string, Entry> _steps = new(StringComparer.Ordinal);
    private readonly ValueReader _values = new(faults, new CheckScope(parameters));

    private sealed record Entry(string Name, SectionReader Reader, YamlNode Node)
    {
        public IReadOnlyList<Need> Needs { get; set; } = [];
        public IReadOnlyList<string> Variables { get; } = Matrix.VariablesOf(Reader.Find("matrix"));
        public bool HasMatrix => Reader.Find("matrix") is not null;
    }

    public IReadOnlyList<WorkflowStep> Read()
    {
        var defaults = workflow.Below("defaults", StepSection.Defaults, _values);
        foreach (var (name, node, at) in Named())
            Add(name, node, at, defaults);
        if (_steps.Count == 0 && faults.Errors == 0)
            faults.Add(workflow.Map, "the workflow has no steps", "steps: {hello: {image: debian:bookworm-slim, command: [echo, hello]}}");
        foreach (var step in _steps.Values)
            step.Needs = ReadNeeds(step);
        TellCircles();
        return [.. _steps.Values.Select(Check)];
    }

    private IEnumerable<(string Name, YamlNode Node, YamlNode At)> Named()
    {
        switch (workflow.Find("steps"))
        {
            case YamlMap map:
                foreach (var entry in map.Entries)
                    yield return (entry.Name, entry.Value, entry.Key);
                break;
            case YamlList list:
                foreach (var item in list.Items)
                {
                    if (_values.Map(item) is not { } step)
                        continue;
                    if (_values.Text(step.Find("name")) is { } name)
                        yield return (name, step, step.Find("name")!);
                    else
                        faults.Add(item, "a step of a list needs a 'name'");
                }
                break;
            case { } other:
                faults.Add(other, $"steps are a mapping of names or a list, not {other.Kind}");
                break;
        }
    }

    private void Add(string name, YamlNode node, YamlNode at, SectionReader? defaults)
    {
        if (!IsName(name))
            faults.Add(at, $"'{Shorten(name)}' can't be the name of a step", NameHint(name));
        if (node is YamlScalar { IsNull: true })
            node = new YamlMap(at.Line, at.Column);
        if (_values.Map(node) is not { } map)
            return;
        var reader = new SectionReader(map, StepSection.Step, defaults).Check(faults);
        if (workflow.Find("steps") is YamlMap && map.Find("name") is { } inner)
            faults.Add(inner, "the step has its name before the colon", "leave out 'name'");
        if (!_steps.TryAdd(name, new(name, reader, at)))
            faults.Add(at, $"there are two steps '{name}'", "give each step its own name");
    }

    private List<Need> ReadNeeds(Entry step)
    {
        var needs = new List<Need>();
        foreach (var item in _values.Items(step.Reader.Find("needs"), oneAlone: true) ?? [])
        {
            if (ReadNeed(item) is not { } need)
                continue;
            if (need.Step == step.Name)
                faults.Add(item, $"step '{need.Step}' needs itself");
            else if (!_steps.TryGetValue(need.Step, out var other))
                faults.Add(item, $"there is no step '{need.Step}'", Suggestion.Hint(need.Step, _steps.Keys.Where(s => s != step.Name).ToList()));
            else if (needs.Exists(n => n.Step == need.Step))
                faults.Add(item, $"'{need.Step}' is needed twice", "once is enough");
            else if (need.SameItem && !other.Variables.Intersect(step.Variables).Any())
                faults.Add(item, $"'{step.Name}' and '{need.Step}' have no variable of a matrix in common", "leave out 'item: same' to need every item");
            else
                needs.Add(need);
        }
        return needs;
    }

    private Need? ReadNeed(YamlNode item)
    {
        if (item is not YamlMap map)
            return _values.Text(item) is { } name ? new(name, false, item) : null;
        var need = new SectionReader(map, Sections.Need).Check(faults);
        return _values.Text(need.Find("step")) is { } step
            ? new(step, _values.OneOf(need.Find("item"), "same", "all") == "same", item)
            : null;
    }

    private void TellCircles()
    {
        var needs = _steps.ToDictionary(s => s.Key, s => (IReadOnlyList<string>)[.. s.Value.Needs.Select(n => n.Step)], StringComparer.Ordinal);
        foreach (var circle in NeedsGraph.Circles(needs))
        {
            var first = _steps[circle[0]];
            var at = first.Needs.First(n => n.Step == circle[1 % circle.Count]).Node;
            faults.Add(at, $"steps need each other in a circle: {string.Join(" -> ", circle.Append(circle[0]).Take(20))}{(circle.Count > 19 ? " -> …" : "")}", "take out one of these needs");
        }
    }

    private WorkflowStep Check(Entry step)
    {
        var needs = step.Needs.ToDictionary(
            n => n.Step,
            n => new NeededStep(_steps[n.Step].HasMatrix, n.SameItem && !_steps[n.Step].Variables.Except(step.Variables).Any()),
            StringComparer.Ordinal);
        var scope = new CheckScope(parameters) { Step = step.Name, Matrix = step.Variables, Needs = needs, AllSteps = _steps.Keys };
        var values = new ValueReader(faults, scope);
        if (step.Reader.Find("matrix") is { } matrix)
            Matrix.Read(matrix, _values, int.MaxValue);
        var settings = new StepReader(step.Reader, values).Read();
        StepRules.Check(step.Reader, settings, faults);
        CheckInputs(step, settings);
        var component = (step.Reader.Find("component") as YamlScalar)?.Text;
        if (component?.Split('@')[0].Contains("${{", StringComparison.Ordinal) == true)
            faults.Add(step.Reader.Find("component")!, "the component's name can't be an expression", "only its version can: name@${{ parameters.version }}");
        return new WorkflowStep
        {
            Name = step.Name,
            Component = component,
            Image = settings.Image,
            Needs = [.. step.Needs.Select(n => n.Step)],
            HasMatrix = step.HasMatrix,
            Settings = settings,
            NeedList = step.Needs,
            Reader = step.Reader,
        };
    }

    private void CheckInputs(Entry step, StepSettings settings)
    {
        foreach (var input in settings.Inputs ?? [])
        {
            foreach (var from in input.From.Where(f => !step.Needs.Any(n => n.Step == f)))
            {
                faults.Add(input.Node, _steps.ContainsKey(from) ? $"'{from}' is not one of the steps that '{step.Name}' needs" : $"there is no step '{from}'",
                    _steps.ContainsKey(from)
                        ? $"write 'needs: [{string.Join(", ", step.Needs.Select(n => n.Step).Append(from))}]'"
                        : Suggestion.Hint(from, step.Needs.Select(n => n.Step).ToList()));
            }
        }
    }

    private static string NameHint(string name)
    {
        var proposal = new string([.. name.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')]).Trim('-');
        return IsName(proposal) ? $"write '{proposal}'" : $"lower-case letters, digits and dashes, at most {MaxNameLength}, with a letter or digit first and last";
    }

    private static bool IsName(string name) =>
        name.Length is > 0 and <= MaxNameLength && name[0] != '-' && name[^1] != '-'
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    private static string Shorten(string name) => name.Length <= 80 ? name : name[..77] + "...";
}
