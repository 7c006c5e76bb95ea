using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Twinrunner.Client;

namespace Twinrunner.Cli.Executions;

/// <summary>An execution with its steps inside, as programs want it: one document.</summary>
internal static class ExecutionJson
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(ExecutionView execution, IReadOnlyList<StepView> steps)
    {
        var document = JsonSerializer.SerializeToNode(execution, WireJson.Default.ExecutionView)!.AsObject();
        document["steps"] = new JsonArray([.. steps.Select(step => JsonSerializer.SerializeToNode(step, WireJson.Default.StepView))]);
        return document.ToJsonString(Indented);
    }
}
