using System.Text.Json;
using System.Text.Json.Nodes;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Registry.Import;

/// <summary>What ODTP ran, as a workflow file: steps in a row, each with all files of the one before. So it can be run again.</summary>
internal static class OdtpWorkflowFile
{
    private const int MaxName = 40;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>The file as JSON, which is YAML too. Every step's version must be known.</summary>
    public static string Write(string title, IReadOnlyList<OdtpWorkflowStep> steps)
    {
        var written = new JsonObject();
        var names = Names(steps);
        for (var i = 0; i < steps.Count; i++)
        {
            var step = new JsonObject { ["component"] = $"{steps[i].Version!.Component.ComponentName}@{steps[i].Version!.Name}" };
            if (i > 0)
                step["needs"] = new JsonArray(names[i - 1]);
            if (steps[i].Parameters.Count > 0)
                step["parameters"] = steps[i].Parameters.DeepClone();
            if (steps[i].Ports.Count > 0)
                step["ports"] = new JsonArray([.. steps[i].Ports.Select(port => JsonValue.Create(port))]);
            written[names[i]] = step;
        }
        return new JsonObject { ["title"] = title, ["steps"] = written }.ToJsonString(Indented) + "\n";
    }

    /// <summary>Names of steps in their order: their components' names, made plain, and different from each other.</summary>
    public static IReadOnlyList<string> Names(IReadOnlyList<OdtpWorkflowStep> steps)
    {
        var names = new List<string>();
        foreach (var step in steps)
        {
            var plain = new string([.. (step.Version?.Component.ComponentName ?? "step").ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')]).Trim('-');
            plain = plain.Length == 0 ? "step" : plain[..Math.Min(plain.Length, MaxName)].TrimEnd('-');
            var name = plain;
            for (var i = 2; names.Contains(name); i++)
                name = $"{plain}-{i}";
            names.Add(name);
        }
        return names;
    }
}

/// <param name="Version">Null: it isn't known here.</param>
/// <param name="Ports">As ODTP writes them, <c>host:container</c>.</param>
internal sealed record OdtpWorkflowStep(ComponentVersion? Version, JsonObject Parameters, IReadOnlyList<string> Ports);
