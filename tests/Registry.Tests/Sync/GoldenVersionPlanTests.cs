using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Twinrunner.Registry.Components;
using Twinrunner.Registry.Sources;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.TestKit;

namespace Twinrunner.Registry.Tests.Sync;

/// <summary>
/// What was seen and what is stored in, the plan out: <c>Files/x.json</c> has <c>rules</c>, <c>seen</c>, <c>stored</c> and <c>plan</c>.
/// <c>UPDATE_GOLDEN=1</c> writes the plans anew. Applying a plan and planning again gives nothing, whatever the file.
/// </summary>
public sealed class GoldenVersionPlanTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "Registry.Tests", "Sync", "Files");

    public static TheoryData<string> Files() => new(Directory.EnumerateFiles(Folder, "*.json").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal)!);

    [Theory]
    [MemberData(nameof(Files))]
    public void The_plan_is_as_written_down_and_is_done_only_once(string name)
    {
        var path = Path.Combine(Folder, name + ".json");
        var file = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        var rules = file["rules"].Deserialize<VersionRules>(JsonSerializerOptions.Web);
        List<SourceVersion> seen = [.. file["seen"]!.AsArray().Select(one => Seen(one!.AsObject()))];
        List<ComponentVersion> stored = [.. file["stored"]!.AsArray().Select(one => Stored((string)one!["name"]!, (string)one["commit"]!))];

        var plan = VersionPlan.Make(seen, stored, rules);

        file["plan"] = ToJson(plan);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
            File.WriteAllText(path, file.ToJsonString(Indented) + "\n");
        Assert.Equal(File.ReadAllText(path).ReplaceLineEndings("\n"), file.ToJsonString(Indented) + "\n");
        Assert.Empty(VersionPlan.Make(seen, [.. stored, .. plan.New.Select(version => Stored(version.Name, version.Source.Commit))], rules).New);
    }

    private static SourceVersion Seen(JsonObject one) => new(
        Enum.Parse<SourceKind>((string)one["kind"]!), (string?)one["tag"], Commit((string)one["commit"]!),
        (string?)one["odtp"] is { } text ? Encoding.UTF8.GetBytes(text).AsMemory() : (ReadOnlyMemory<byte>?)null);

    private static ComponentVersion Stored(string name, string commit)
    {
        var now = TimeProvider.System.GetUtcNow();
        var component = Id<Component>.New(TimeProvider.System);
        return new()
        {
            Id = Id<ComponentVersion>.New(TimeProvider.System),
            ComponentId = component,
            Component = new(component, "tool", "https://git.example.org/o/tool", "ephemeral"),
            Name = name,
            Commit = Commit(commit),
            CreatedAt = now,
            UpdatedAt = now,
        };
    }

    /// <summary>Files name commits by their first digits.</summary>
    private static string Commit(string digits) => digits.PadRight(40, '0');

    private static JsonObject ToJson(VersionPlan plan) => new()
    {
        ["new"] = new JsonArray([.. plan.New.Select(version => (JsonNode)new JsonObject
        {
            ["name"] = version.Name,
            ["commit"] = version.Source.Commit.TrimEnd('0'),
            ["image"] = version.File.DockerImage,
            ["command"] = version.Command is { } command ? new JsonArray([.. command.Select(word => JsonValue.Create(word))]) : null,
            ["warnings"] = new JsonArray([.. version.Warnings.Select(warning => JsonValue.Create(warning))]),
        })]),
        ["warnings"] = new JsonArray([.. plan.Warnings.Select(warning => JsonValue.Create(warning))]),
    };
}
