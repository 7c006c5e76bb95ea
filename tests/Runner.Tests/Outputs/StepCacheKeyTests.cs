using System.Text.Json;
using Twinrunner.Runner.Outputs;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Tests.Outputs;

public sealed class StepCacheKeyTests
{
    private static readonly StepSpec Spec = new()
    {
        Kind = StepKind.Container,
        Source = "load",
        Command = ["run", "all"],
        Environment = new Dictionary<string, string> { ["A"] = "1", ["B"] = "2" },
        Secrets = new Dictionary<string, string> { ["TOKEN"] = "token" },
    };

    private static readonly InputFile File = new("a", 1, "aa", 0x1A4, "executions/1/load/1/a");

    [Fact]
    public void What_does_not_change_the_result_does_not_change_the_key()
    {
        var key = Key();
        Assert.Equal(key, Key(spec: Spec with { Environment = new Dictionary<string, string> { ["B"] = "2", ["A"] = "1" } }));
        Assert.Equal(key, Key(parameters: """{"y":{"b":[1,2],"a":true},"x":"ä"}"""));
        Assert.Equal(key, Key(file: File with { Key = "executions/2/load/7/a" }));
        Assert.Equal(key, Key(spec: Spec with { Source = "other", Timeouts = new(Running: TimeSpan.FromHours(1)), Labels = new Dictionary<string, string> { ["l"] = "1" } }));
    }

    [Fact]
    public void Everything_that_may_change_the_result_changes_the_key()
    {
        string[] keys =
        [
            Key(),
            Key(digest: "sha256:2"),
            Key(spec: Spec with { Command = ["run all"] }),
            Key(spec: Spec with { Command = ["run", "all", ""] }),
            Key(spec: Spec with { Command = null, Entrypoint = ["run", "all"] }),
            Key(spec: Spec with { Command = null }),
            Key(spec: Spec with { Script = "" }),
            Key(spec: Spec with { Environment = new Dictionary<string, string> { ["A"] = "1", ["B"] = "3" } }),
            Key(spec: Spec with { Environment = new Dictionary<string, string> { ["A"] = "1B", [""] = "2" } }),
            Key(spec: Spec with { Secrets = new Dictionary<string, string> { ["TOKEN"] = "other" } }),
            Key(spec: Spec with { Network = "none" }),
            Key(spec: Spec with { User = "1000" }),
            Key(parameters: """{"x":"ä","y":{"a":true,"b":[2,1]}}"""),
            Key(parameters: """{"x":"ä"}"""),
            Key(file: File with { Path = "b" }),
            Key(file: File with { Sha256 = "bb" }),
            Key(file: File with { Mode = 0x1ED }),
            Key(file: File with { Kind = Runner.Outputs.Manifests.EntryKind.Link, Target = "b" }),
        ];
        Assert.Equal(keys.Length, keys.Distinct().Count());
    }

    private static string Key(StepSpec? spec = null, string digest = "sha256:1", string parameters = """{"x":"ä","y":{"a":true,"b":[1,2]}}""", InputFile? file = null) =>
        StepCacheKey.Compute(
            spec ?? Spec, digest,
            JsonDocument.Parse(parameters).RootElement.EnumerateObject().ToDictionary(member => member.Name, member => member.Value),
            ResolvedInputs.Of([file ?? File]));
}
