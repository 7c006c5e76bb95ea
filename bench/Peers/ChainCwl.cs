using System.Text;

namespace Twinrunner.Bench.Peers;

/// <summary>A chain in the Common Workflow Language, which has no loops: every step is written out.</summary>
internal static class ChainCwl
{
    public static string Of(string image, int steps)
    {
        var text = new StringBuilder($$"""
            cwlVersion: v1.2
            class: Workflow
            inputs: {token: int}
            outputs: {last: {type: int, outputSource: s{{steps}}/token} }
            steps:

            """);
        for (var i = 1; i <= steps; i++)
        {
            text.Append($$"""
                  s{{i}}:
                    in: {token: {{(i == 1 ? "token" : $"s{i - 1}/token")}}}
                    out: [token]
                    run:
                      class: CommandLineTool
                      requirements: {DockerRequirement: {dockerPull: "{{image}}"} }
                      baseCommand: ["true"]
                      inputs: {token: int}
                      outputs: {token: {type: int, outputBinding: {outputEval: $(inputs.token)} } }

                """);
        }
        return text.ToString();
    }
}
