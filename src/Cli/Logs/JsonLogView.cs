using System.Text.Json;
using System.Text.Json.Nodes;
using Twinrunner.Cli.Following;
using Twinrunner.Cli.Terminals;
using Twinrunner.Client;

namespace Twinrunner.Cli.Logs;

/// <summary>Prints log lines as JSON, one a line, each with the name of its step.</summary>
internal sealed class JsonLogView(Terminal terminal) : IExecutionView
{
    public void Line(string stepId, string stepName, LogLineView line)
    {
        var document = JsonSerializer.SerializeToNode(line, WireJson.Default.LogLineView)!.AsObject();
        document.Insert(0, "step", JsonValue.Create(stepName));
        terminal.Print(document.ToJsonString());
    }
}
