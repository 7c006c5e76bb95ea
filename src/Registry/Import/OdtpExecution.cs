using System.Text.Json;
using System.Text.Json.Nodes;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Objects;

namespace Twinrunner.Registry.Import;

/// <summary>
/// Adds our fields to an execution of ODTP's and its steps. ODTP keeps no status: it follows from times and errors. What ODTP
/// never ran, or was interrupted in, has ended here: nothing may start it but a person. Pure.
/// </summary>
/// <param name="steps">In their order.</param>
/// <param name="outputs">Of those steps, oldest first.</param>
/// <param name="versions">By id, those that are stored here.</param>
internal sealed class OdtpExecution(
    JsonObject execution, IReadOnlyList<JsonObject> steps, IReadOnlyList<JsonObject> outputs, IReadOnlyDictionary<ObjectId, ComponentVersion> versions)
{
    private const string Interrupted = "ODTP was interrupted while it ran.";
    private const string NeverRun = "It came from ODTP, where it was not run.";

    private readonly ObjectId _id = execution.Id("_id")!.Value;

    public void Add()
    {
        var plan = steps.Select(PlanOf).ToList();
        var names = OdtpWorkflowFile.Names(plan);
        for (var i = 0; i < steps.Count; i++)
            AddStep(i, plan[i], names[i]);
        foreach (var ofType in outputs.GroupBy(output => (output.Id("stepRef"), output.Text("output_type"))))
            foreach (var (index, output) in ofType.Index())
                AddOutput(output, attempt: index + 1);
        AddExecution(plan);
    }

    private void AddExecution(List<OdtpWorkflowStep> plan)
    {
        execution.Default("title", "untitled");
        OdtpCatalogue.AddTimes(execution, "createdAt", "updatedAt", _id.CreatedAt);
        execution.Replace("steps", new JsonArray([.. steps.Select(step => step.Id("_id")!.Value.Node())]));
        if (execution["workflowSchema"] is JsonObject schema && schema["component_versions"] is JsonArray written && written.Any(item => item is JsonObject))
        {
            // The oldest ones hold {version: ObjectId} where later ones hold texts.
            var repaired = schema.DeepClone().AsObject();
            repaired["component_versions"] = new JsonArray([.. written.Select(item => OdtpFields.Id(item is JsonObject one && one.ContainsKey("version") ? one["version"] : item)).OfType<ObjectId>().Select(id => JsonValue.Create(id.ToString()))]);
            execution.Replace("workflowSchema", repaired);
        }
        var failed = steps.FirstOrDefault(step => step.IsTrue("error"));
        var (status, message) = (failed, execution.HasDate("start_timestamp"), execution.HasDate("end_timestamp")) switch
        {
            ({ }, _, _) => (ExecutionStatus.Failed, $"Step '{failed.Text("name")}' failed: {failed.Text("msg") ?? "ODTP kept no message"}"),
            (_, _, true) => (ExecutionStatus.Succeeded, null),
            (_, true, _) => (ExecutionStatus.Cancelled, Interrupted),
            _ => (ExecutionStatus.Cancelled, NeverRun),
        };
        execution["status"] = status.ToString();
        execution["message"] = message;
        execution["failedStep"] = failed?.Id("_id")?.Node();
        execution["stepCount"] = steps.Count;
        execution["rawSpec"] = plan.TrueForAll(step => step.Version is not null) ? OdtpWorkflowFile.Write(execution.Text("title") ?? "untitled", plan) : null;
    }

    private void AddStep(int index, OdtpWorkflowStep plan, string name)
    {
        var step = steps[index];
        var previous = index > 0 ? steps[index - 1].Id("_id") : null;
        step.Replace("executionRef", _id.Node());
        if (step.Id("component_version") is { } version)
            step.Replace("component_version", version.ToString());
        if (step["parameters"] is not JsonObject)
            step.Replace("parameters", new JsonObject());
        var left = outputs.Where(output => output.Id("stepRef") == step.Id("_id")).ToLookup(output => output.Text("output_type"));
        if (left["output"].LastOrDefault() is { } main)
            step.Replace("output", main.Id("_id")!.Value.Node()); // ODTP lets a snapshot take its place
        step.Default("type", "ephemeral");
        step.Default("error", false);
        step.Default("run_step", false);
        OdtpCatalogue.AddTimes(step, "createdAt", "updatedAt", step.Id("_id")!.Value.CreatedAt);

        step["name"] = name;
        var (status, message) = StatusOf(step);
        step["status"] = status.ToString();
        if (message is not null)
            step.Replace("msg", message);
        if (status == StepStatus.Failed)
            step["reason"] = nameof(FailureReason.ExitCode);
        step["attempt"] = status == StepStatus.Skipped ? 0 : left.Select(ofType => ofType.Count()).Append(1).Max();
        step["dependsOn"] = previous is { } needed ? new JsonArray(needed.Node()) : [];
        step["dependents"] = index + 1 < steps.Count ? new JsonArray(steps[index + 1].Id("_id")!.Value.Node()) : [];
        step["spec"] = JsonSerializer.SerializeToNode(SpecOf(step, plan, name, previous), DocumentJson.Default.StepSpec);
    }

    private static (StepStatus Status, string? Message) StatusOf(JsonObject step) =>
        step.IsTrue("error") ? (StepStatus.Failed, null)
        : step.HasDate("end_timestamp") ? (StepStatus.Succeeded, null)
        : step.HasDate("start_timestamp") ? (StepStatus.Cancelled, Interrupted)
        : (StepStatus.Skipped, NeverRun);

    private static StepSpec SpecOf(JsonObject step, OdtpWorkflowStep plan, string name, ObjectId? previous) => new()
    {
        Kind = StepKind.Component,
        Source = name,
        Component = plan.Version is { } version
            ? new(version.ComponentId, version.Id, version.Component.ComponentName, version.Name, version.Commit)
            : null,
        Image = plan.Version?.Image,
        Inputs = previous is { } from ? [new([new(from)], [], [], "")] : [],
        Ports = [.. plan.Ports.Select(PortOf).OfType<PortSpec>()],
        Background = step.Text("type") == "interactive",
    };

    private static PortSpec? PortOf(string written) =>
        written.Split(':') switch
        {
            [var host, var container] when int.TryParse(host, out var outside) && int.TryParse(container, out var inside) => new(inside, outside),
            [var only] when int.TryParse(only, out var inside) => new(inside, null),
            _ => null,
        };

    /// <param name="attempt">ODTP keeps none; each time that a step ends well it writes another output.</param>
    private void AddOutput(JsonObject output, int attempt)
    {
        output.Replace("stepRef", output.Id("stepRef")!.Value.ToString());
        output.Default("output_type", "output");
        output.Default("s3_key", "");
        if (output.Text("file_name") is not { } name || name.Contains('/', StringComparison.Ordinal) || !ObjectKey.IsValid(name))
            output.Replace("file_name", $"odtp-{output.Text("output_type")}.zip");
        output.Replace("file_type", "application/zip");
        output.Default("file_size", 0);
        OdtpCatalogue.AddTimes(output, "created_at", "updated_at", output.Id("_id")!.Value.CreatedAt);
        output["executionRef"] = _id.Node();
        output["attempt"] = attempt;
        output["fileCount"] = 1;
        output["manifestSha256"] = ""; // until its zip is here
    }

    private OdtpWorkflowStep PlanOf(JsonObject step) => new(
        step.Id("component_version") is { } id ? versions.GetValueOrDefault(id) : null,
        step["parameters"] is JsonObject parameters ? parameters : [],
        step["ports"] is JsonArray ports ? [.. ports.OfType<JsonValue>().Select(port => port.ToString())] : []);
}
