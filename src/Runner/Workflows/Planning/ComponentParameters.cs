using System.Globalization;
using System.Text.Json;
using Twinrunner.Runner.Workflows.Expressions;
using Twinrunner.Runner.Workflows.Reading;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Workflows.Planning;

/// <summary>A step's parameters: its own values checked against its component's, and the component's defaults for the others.</summary>
internal static class ComponentParameters
{
    /// <summary>Parameters that ODTP's component client itself reads, comparing with <c>TRUE</c>.</summary>
    private static readonly HashSet<string> Switches = new(StringComparer.Ordinal)
    {
        "TRANSFER_INPUT_TO_OUTPUT", "ODTP_SAVE_SNAPSHOT", "ODTP_LOGS_IN_DB", "ODTP_SAVE_IN_RESULT", "ODTP_API_MODE", "ODTP_GRADIO_SHARE",
    };

    public static IReadOnlyDictionary<string, JsonElement> Read(WorkflowStep step, StepSettings settings, ComponentVersion? version, FaultList faults)
    {
        var parameters = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        var specs = version?.ParameterSpecs ?? [];
        foreach (var (name, value, node) in settings.Parameters)
        {
            if (value is null)
                continue; // its fault is told, or an item of the matrix gives it
            if (specs.FirstOrDefault(s => s.Name == name) is { } spec)
                CheckValue(spec, value, node, faults);
            else if (version is not null && !name.StartsWith("ODTP_", StringComparison.Ordinal) && !Switches.Contains(name))
                faults.Warn(node, $"component '{version.Component.ComponentName}@{version.Name}' declares no parameter '{name}'", Suggestion.Hint(name, specs.Select(s => s.Name).ToList()));
            parameters[name] = Switches.Contains(name) && value.Kind == ValueKind.Boolean
                ? JsonSerializer.SerializeToElement(value.Text.ToUpperInvariant())
                : value.ToJson();
        }
        foreach (var spec in specs.Where(s => !parameters.ContainsKey(s.Name) && !settings.Environment.ContainsKey(s.Name) && !settings.Secrets.ContainsKey(s.Name)))
        {
            if (spec.Default is { } text)
                parameters[spec.Name] = Default(spec, text);
            else if (!spec.HasNullDefault && !settings.Parameters.Any(p => p.Name == spec.Name))
                faults.Add(step.Reader.Map, $"component '{version!.Component.ComponentName}@{version.Name}' needs parameter '{spec.Name}'", $"parameters: {{{spec.Name}: {Example(spec)}}}");
        }
        return parameters;
    }

    private static void CheckValue(ParameterSpec spec, Value value, Yaml.YamlNode node, FaultList faults)
    {
        if (value.Kind == ValueKind.Null)
            return;
        if (value.Kind == ValueKind.Text && value.Text.Contains("${{", StringComparison.Ordinal))
            return; // known while running
        if (!Fits(spec.Type, value))
        {
            // A component compares text, so a value of an odd type may be meant where it says that it takes any.
            if (!spec.AllowCustomValue)
                faults.Add(node, $"parameter '{spec.Name}' takes {ParameterValue.Article(spec.Type)}, not '{ParameterValue.Shorten(value.Text)}'");
            return;
        }
        if (spec.AllowCustomValue)
            return;
        if (ParameterValue.OutsideOf(value, spec.Options, spec.Minimum, spec.Maximum, out var hint) is { } problem)
            faults.Add(node, $"parameter '{spec.Name}' {problem}", hint);
    }

    private static bool Fits(string type, Value value) => type switch
    {
        "integer" => value.TryNumber(out var number) && number == Math.Floor(number),
        "number" => value.TryNumber(out _),
        "boolean" => value.Text is "0" or "1" || bool.TryParse(value.Text, out _),
        _ => value.Kind != ValueKind.List,
    };

    /// <summary>The declared default; a number or boolean as such where that changes nothing about its text.</summary>
    private static JsonElement Default(ParameterSpec spec, string text)
    {
        if (spec.Type is "integer" or "number" && Value.OfPlainText(text) is { Kind: ValueKind.Number } number)
            return number.ToJson();
        return JsonSerializer.SerializeToElement(Template.Escape(text));
    }

    private static string Example(ParameterSpec spec) => spec switch
    {
        { Options: [var first, ..] } => first,
        { Minimum: { } minimum } when double.IsFinite(minimum) => minimum.ToString(CultureInfo.InvariantCulture),
        { Type: "integer" or "number" } => "1",
        { Type: "boolean" } => "true",
        _ => "…",
    };
}
