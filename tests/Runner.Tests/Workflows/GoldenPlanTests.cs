using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Twinrunner.Runner.Workflows;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Tests.Workflows;

/// <summary>Workflow file in, plan out: <c>Files/x.yaml</c> and <c>Files/x.plan.json</c>. <c>UPDATE_GOLDEN=1</c> writes the plans anew.</summary>
public sealed class GoldenPlanTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static TheoryData<string> Files() =>
        new(Directory.EnumerateFiles(WorkflowFiles.Golden, "*.yaml").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal)!);

    [Theory]
    [MemberData(nameof(Files))]
    public void The_plan_of_a_file_is_as_written_down(string name)
    {
        var plan = Planned.Of(File.ReadAllText(Path.Combine(WorkflowFiles.Golden, name + ".yaml")), TestComponents.Catalogue());
        var actual = ToJson(plan).ReplaceLineEndings("\n") + "\n";
        var path = Path.Combine(WorkflowFiles.Golden, name + ".plan.json");
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
            File.WriteAllText(path, actual);
        Assert.Equal(File.ReadAllText(path), actual);
    }

    [Fact]
    public void The_examples_have_no_faults()
    {
        foreach (var example in WorkflowFiles.Examples())
            Assert.Empty(WorkflowParser.Parse(File.ReadAllText(example)).Faults.Select(fault => FaultLine.Of(fault, example)));
    }

    private static string ToJson(PlanResult plan) => new JsonObject
    {
        ["faults"] = new JsonArray([.. plan.Faults.Select(f => JsonValue.Create(FaultLine.Of(f, "file.yaml")))]),
        ["execution"] = plan.Execution is null ? null : JsonSerializer.SerializeToNode(plan.Execution, DocumentJson.Default.Execution),
        ["steps"] = new JsonArray([.. plan.Steps.Select(s => JsonSerializer.SerializeToNode(s, DocumentJson.Default.Step))]),
    }.ToJsonString(Indented);
}
