using System.Diagnostics;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Twinrunner.Runner.Workflows;

namespace Twinrunner.Runner.Tests.Workflows;

/// <summary>Whatever the text, parser and planner come to an end with faults, and never with an exception.</summary>
public sealed class WorkflowFuzzTests
{
    private static readonly string[] Pieces =
    [
        "steps:", "needs:", "image: i", "${{ ", " }}", "parameters.x", "steps.a.outputs.b", "&a ", "*a", "<<: ", "- ", "\n", "\n  ", "\n    ", "\n\t", "[", "]", "{", "}", ",", ": ",
        "'", "\"", "|", ">", "!!str ", "? ", "---\n", "...\n", "%YAML 1.2\n", "#", "\0", "\u0085", "\uFEFF", "é", "💧", "matrix: {i: {from: 1, to: 9}}", "ready: {tcp: 1}", "ports: [80]",
        "&&", "||", "!", "==", "1e999", "-", "~", "@", "`", "retry: {limit: 1}", "inputs: [{from: a}]", "a:", "b:", "when: ", "always()", "contains(", ")", "$${{", "defaults:",
    ];

    [Fact]
    public void Random_pieces_never_break_it() =>
        Prop.ForAll(
            Gen.Elements(Pieces).ListOf().Select(p => string.Concat(p)).ToArbitrary(),
            Survives).Check(Config.QuickThrowOnFailure.WithMaxTest(3000).WithEndSize(80));

    [Fact]
    public void Random_bytes_never_break_it() =>
        Prop.ForAll(
            ArbMap.Default.GeneratorFor<byte[]>().Select(b => Encoding.Latin1.GetString(b)).ToArbitrary(),
            Survives).Check(Config.QuickThrowOnFailure.WithMaxTest(2000).WithEndSize(200));

    [Fact]
    public void Damaged_files_never_break_it()
    {
        var random = new Random(20260131);
        foreach (var file in WorkflowFiles.All())
        {
            for (var i = 0; i < 300; i++)
            {
                var text = new StringBuilder(file);
                for (var damage = random.Next(1, 5); damage > 0 && text.Length > 0; damage--)
                    Damage(text, random);
                Survives(text.ToString());
            }
        }
    }

    [Fact]
    public void Random_expressions_never_break_it()
    {
        string[] words = ["parameters.x", "steps.a.status", "(", ")", "!", "&&", "||", "==", "<", "'a'", "1", "-1", "1.5e3", "contains(", ",", "[", "]", "[0]", ".", "null", "true", "always()", "'", "\"", "}}", "é", " "];
        Prop.ForAll(
            Gen.Elements(words).ListOf().Select(w => string.Join(' ', w)).ToArbitrary(),
            text =>
            {
                _ = RunTimeExpressions.Expand("${{ " + text + " }}", EmptyScope, []);
                _ = RunTimeExpressions.EvaluateCondition(text, EmptyScope, []);
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000).WithEndSize(60));
    }

    private static readonly RunTimeScope EmptyScope = new(new(Planned.CountedId(1)), "", new Dictionary<string, RunTimeStep>());

    private static void Survives(string text)
    {
        var started = Stopwatch.GetTimestamp();
        var parsed = WorkflowParser.Parse(text);
        foreach (var fault in parsed.Faults)
            Assert.True(fault is { Line: >= 1, Column: >= 1, Message.Length: > 0 }, $"{fault} of {text}");
        if (parsed.File is { } file)
        {
            var plan = ExecutionPlanner.Plan(file, Planned.Request(), Catalogue.Empty);
            Assert.Equal(plan.Execution is null, plan.Faults.Any(f => !f.IsWarning));
        }
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(20), text);
    }

    private static void Damage(StringBuilder text, Random random)
    {
        var at = random.Next(text.Length);
        switch (random.Next(4))
        {
            case 0:
                text.Remove(at, Math.Min(random.Next(1, 12), text.Length - at));
                break;
            case 1:
                text.Insert(at, Pieces[random.Next(Pieces.Length)]);
                break;
            case 2:
                text[at] = (char)random.Next(1, 256);
                break;
            default:
                var length = Math.Min(random.Next(1, 40), text.Length - at);
                text.Insert(random.Next(text.Length), text.ToString(at, length));
                break;
        }
    }
}
