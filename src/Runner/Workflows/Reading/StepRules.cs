using System.Buffers;
using Twinrunner.Runner.Workflows.Yaml;

namespace Twinrunner.Runner.Workflows.Reading;

/// <summary>What a step's settings must be to each other.</summary>
internal static class StepRules
{
    private static readonly SearchValues<char> NotInNames = SearchValues.Create("= \t\r\n\0");

    private static readonly string[] Launches = ["component", "image", "process"];

    /// <summary>Set by Twinrunner for every step.</summary>
    private static readonly string[] Reserved = ["ODTP_STEP_ID", "ODTP_EXECUTION_ID", "ODTP_ATTEMPT", "TWIN_OUTPUTS"];

    public static void Check(SectionReader step, StepSettings settings, FaultList faults)
    {
        CheckLaunch(step, settings, faults);
        CheckNames(step, faults);
        if (step.Find("component") is null || settings.Type is not null)
            CheckServing(step, settings, settings.Type == "interactive", faults);
    }

    /// <param name="interactive">By the file or by the component.</param>
    public static void CheckServing(SectionReader step, StepSettings settings, bool interactive, FaultList faults)
    {
        var background = step.Find("background");
        if (interactive && settings.Background == false)
            faults.Add(background!, "an interactive step always serves in the background", "leave out 'background', or write 'type: ephemeral'");
        if (step.Find("ready") is { } ready && !interactive && settings.Background is null && background is null)
            faults.Add(ready, "'ready' is for steps that serve", "add 'background: true' or 'type: interactive'");
        else if (step.Find("ready") is { } probe && !interactive && settings.Background == false)
            faults.Add(probe, "'ready' is for steps that serve", "write 'background: true'");
    }

    private static void CheckLaunch(SectionReader step, StepSettings settings, FaultList faults)
    {
        var given = Launches.Where(k => step.Map.Find(k) is not null).ToList();
        var script = step.Find("script");
        if (given.Count > 1)
            faults.Add(step.Map.Find(given[1])!, $"the step has both '{given[0]}' and '{given[1]}'", "keep one of them");
        else if (given.Count == 0 && step.Find("image") is null)
            faults.Add(step.Map, "the step says nothing to run", script is null ? "add 'component', 'image' or 'process'" : "add the 'image' that the script runs in");
        if (script is not null && step.Find("command") is { } command)
            faults.Add(command, "the step has both 'script' and 'command'", "the script is the command; 'entrypoint' says what runs it");
        if (script is not null && given is ["component"])
            faults.Add(script, "a component runs what its image starts", "use 'image' with 'script', or 'command' to replace the component's arguments");
        if (given is ["process"])
        {
            foreach (var key in (string[])["command", "entrypoint", "user", "read-only"])
            {
                if (step.Map.Find(key) is { } other)
                    faults.Add(other, $"'{key}' is for containers, this step runs a local process", key is "command" or "entrypoint" ? "write it all in 'process'" : null);
            }
        }
        CheckEmpty(step, "command", settings.Command, faults);
        CheckEmpty(step, "process", settings.Process, faults);
        if (settings.Script is { } text && string.IsNullOrWhiteSpace(text) && script is not null)
            faults.Add(script, "the script is empty");
        if (settings.Image is { } image && step.Find("image") is { } imageNode && (image.Length == 0 || image.Any(char.IsWhiteSpace)))
            faults.Add(imageNode, $"'{image}' is not the reference of an image", "write debian:bookworm-slim or registry.example.org/group/name:tag");
    }

    private static void CheckEmpty(SectionReader step, string key, IReadOnlyList<string>? words, FaultList faults)
    {
        if (words is [] && step.Find(key) is { } node)
            faults.Add(node, $"'{key}' is empty", "leave it out to run what the image starts");
    }

    /// <summary>Everything that becomes an environment variable has a name that can be one, and each its own.</summary>
    private static void CheckNames(SectionReader step, FaultList faults)
    {
        var seen = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var key in (string[])["parameters", "env", "secrets"])
        {
            foreach (var (name, node) in NamesOf(step.Find(key)))
            {
                if (name.Length == 0 || name.AsSpan().ContainsAny(NotInNames) || name.Length > 256)
                    faults.Add(node, $"'{name}' can't be the name of an environment variable", "letters, digits and '_'");
                else if (!seen.TryAdd(name, key))
                    faults.Add(node, $"'{name}' is in '{seen[name]}' already", "keep one of the two");
                else if (Reserved.Contains(name))
                    faults.Warn(node, $"'{name}' is set by Twinrunner, this value is not used");
            }
        }
    }

    private static IEnumerable<(string Name, YamlNode Node)> NamesOf(YamlNode? node) => node switch
    {
        YamlMap map => map.Entries.Select(e => (e.Name, (YamlNode)e.Key)),
        YamlList list => list.Items.OfType<YamlScalar>().Select(s => (s.Text, (YamlNode)s)),
        _ => [],
    };
}
