using System.Diagnostics;
using Twinrunner.EndToEnd.Tests.Support;

namespace Twinrunner.EndToEnd.Tests;

public sealed class CompletionTests
{
    [Theory]
    [InlineData("twin canc", "cancel")]
    [InlineData("twin ls --sta", "--status")]
    [InlineData("twin ls --status Fai", "Failed")]
    [InlineData("twin completion z", "zsh")]
    [InlineData("twin show la", "last")]
    public async Task Bash_completes_commands_options_and_values(string typed, string completed)
    {
        var folder = Path.GetDirectoryName(Dist.Require())!;
        var script = """
            source <(twin completion bash)
            COMP_LINE="$1" COMP_POINT=${#1}
            read -ra COMP_WORDS <<< "$1"
            COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 ))
            _twin
            printf '%s\n' "${COMPREPLY[@]}"
            """;
        var start = new ProcessStartInfo("bash", ["-c", script, "bash", typed]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = $"{folder}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["TWIN_DATA"] = Path.Combine(Path.GetTempPath(), "twin-e2e-no-data");
        using var bash = Process.Start(start)!;

        var replies = await bash.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);

        Assert.Contains(completed, replies.Split('\n'));
    }
}
