using System.Text;

namespace Twinrunner.Bench.Rigs;

/// <summary>The workflow files of the scenarios.</summary>
internal static class BenchWorkflows
{
    public static string OneStep(string image) => $"""
        title: one step
        {Defaults(image)}
        steps:
          only: {NoOp}
        """;

    /// <summary>With a file in its input folder.</summary>
    public static string OneStepWithInput(string image) => $$"""
        title: one step with an input
        {{Defaults(image)}}
        steps:
          only: {command: ["true"], inputs: [{text: "something", to: file.txt}]}
        """;

    /// <summary>Each step needs the one before.</summary>
    public static string Chain(string image, int steps)
    {
        var text = new StringBuilder($"title: chain\n{Defaults(image)}\nsteps:\n  s1: {NoOp}\n");
        for (var i = 2; i <= steps; i++)
            text.Append($"  s{i}: {{needs: s{i - 1}, command: [\"true\"]}}\n");
        return text.ToString();
    }

    public static string FanOut(string image, int steps, int width, string command = "true") => $$"""
        title: fan-out
        max-parallel: {{width}}
        {{Defaults(image)}}
        steps:
          work:
            matrix: {i: {from: 1, to: {{steps}} } }
            command: [{{command}}]
        """;

    /// <summary>All may be taken from the step cache; only the first takes the parameter.</summary>
    public static string Cached(string image, int steps, int width) => $$$"""
        title: resume
        cache: true
        max-parallel: {{{width}}}
        parameters: {x: "0"}
        {{{Defaults(image)}}}
        steps:
          changed: {command: ["true", "${{ parameters.x }}"]}
          work:
            matrix: {i: {from: 2, to: {{{steps}}} } }
            command: ["true", "${{ matrix.i }}"]
        """;

    /// <summary>The same command in several containers at once.</summary>
    public static string SideBySide(string image, int containers, IReadOnlyList<string> command) => $$"""
        title: side by side
        {{Defaults(image)}}
        steps:
          work:
            matrix: {i: {from: 1, to: {{containers}} } }
            command: [{{string.Join(", ", command.Select(word => $"'{word.Replace("'", "''", StringComparison.Ordinal)}'"))}}]
        """;

    private const string NoOp = "{command: [\"true\"]}";

    private static string Defaults(string image) =>
        $$"""defaults: {image: "{{image}}", labels: {{{BenchContainers.LabelName}}: "{{BenchContainers.LabelValue}}"} }""";
}
