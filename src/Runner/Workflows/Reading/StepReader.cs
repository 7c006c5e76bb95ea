using Twinrunner.Runner.Workflows.Expressions;
using Twinrunner.Runner.Workflows.Yaml;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Workflows.Reading;

/// <summary>
/// Reads a step's settings: once while the file is checked, where expressions aren't known yet, and once for every item
/// while an execution is planned.
/// </summary>
internal sealed class StepReader(SectionReader step, ValueReader values)
{
    private FaultList Faults => values.Faults;

    public StepSettings Read()
    {
        // A step that says itself how it is launched doesn't take the default image.
        var ownLaunch = step.Map.Find("component") is not null || step.Map.Find("process") is not null;
        return new StepSettings
        {
            Component = values.Text(step.Find("component")),
            Image = ownLaunch ? values.Text(step.Map.Find("image")) : values.Text(step.Find("image")),
            Entrypoint = values.Templates(ownLaunch ? step.Map.Find("entrypoint") : step.Find("entrypoint")),
            Command = values.Templates(step.Find("command")),
            Script = values.Template(step.Find("script")),
            Process = values.Templates(step.Find("process")),
            Inputs = values.Items(step.Find("inputs"))?.Select(ReadInput).OfType<InputSettings>().ToList(),
            Parameters = [.. step.Pairs("parameters", values).Select(p => new NamedValue(p.Name, values.TemplateValue(p.Value), p.Value))],
            Environment = step.Pairs("env", values).ToDictionary(p => p.Name, p => values.Template(p.Value) ?? ""),
            Secrets = ReadSecrets(),
            Ports = new PortReader(values).Read(step.Find("ports")),
            Type = values.OneOf(step.Find("type"), "ephemeral", "interactive"),
            Background = values.Boolean(step.Find("background")),
            Ready = PolicyReader.Ready(step, values),
            When = values.Condition(step.Find("when")),
            Resources = PolicyReader.Resources(step, values),
            GpuGiven = step.Below("resources", Sections.Resources, values)?.Find("gpu") is not null,
            Timeouts = PolicyReader.Timeouts(step, values),
            Retry = PolicyReader.Retry(step, values),
            Cache = values.Boolean(step.Find("cache")),
            Snapshot = values.Boolean(step.Find("snapshot")) ?? false,
            Outputs = ReadGlobs(step.Find("outputs")),
            Network = values.OneOf(step.Find("network"), "default", "none") ?? "default",
            User = values.Text(step.Find("user")),
            WorkingDirectory = ReadFolder(step.Find("workdir")),
            ReadOnlyRoot = values.Boolean(step.Find("read-only")) ?? false,
            Grace = values.Duration(step.Find("grace")),
            NodeLabels = ReadTexts("node-labels"),
            Labels = ReadTexts("labels"),
        };
    }

    private Dictionary<string, string> ReadTexts(string key) =>
        step.Pairs(key, values).ToDictionary(p => p.Name, p => values.Text(p.Value) ?? "");

    private Dictionary<string, string> ReadSecrets()
    {
        if (step.Find("secrets") is not YamlList list)
            return ReadTexts("secrets");
        var secrets = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var item in list.Items)
        {
            if (values.Text(item) is { } name && !secrets.TryAdd(name, name))
                Faults.Add(item, $"secret '{name}' is here twice");
        }
        return secrets;
    }

    private InputSettings? ReadInput(YamlNode node)
    {
        if (values.Map(node) is not { } map)
            return null;
        var input = new SectionReader(map, Sections.Input).Check(Faults);
        var from = values.Texts(input.Find("from"), oneAlone: true);
        var text = map.Find("text") is { } written ? values.Template(written) : null;
        var isText = map.Find("text") is not null;
        var to = values.Text(input.Find("to")) ?? "";
        if ((from is null) == !isText)
            Faults.Add(node, isText ? "an input is either 'from' steps or a 'text', not both" : "an input needs 'from' or 'text'", "- from: load, or - {text: …, to: settings.ini}");
        if (isText && (to.Length == 0 || to.EndsWith('/')))
            Faults.Add(node, "a text needs the file to be written as 'to'", "to: settings.ini");
        if (Glob.PathProblem(to) is { } problem)
            Faults.Add(input.Find("to")!, problem);
        return new(from ?? [], ReadGlobs(input.Find("include")), ReadGlobs(input.Find("exclude")), to.TrimEnd('/'), isText ? text ?? "" : null, node);
    }

    private List<string> ReadGlobs(YamlNode? node)
    {
        var globs = new List<string>();
        foreach (var item in values.Items(node, oneAlone: true) ?? [])
        {
            if (values.Text(item) is not { } glob)
                continue;
            if (Glob.Problem(glob) is { } problem)
                Faults.Add(item, problem);
            globs.Add(glob);
        }
        return globs;
    }

    private string? ReadFolder(YamlNode? node)
    {
        var folder = values.Text(node);
        if (folder is not null && !folder.StartsWith('/'))
            Faults.Add(node!, $"'{folder}' is not an absolute path", $"write '/{folder}'");
        return folder;
    }
}
