using System.Diagnostics;
using Twinrunner.TestKit;

namespace Twinrunner.Charts.Tests.Support;

/// <summary>The helm command, and the chart rendered by it.</summary>
internal static class Helm
{
    /// <summary>Newest Kubernetes that the rendered objects are looked at for, unless a test says otherwise.</summary>
    public const string Newest = "1.32.0";
    public const string Oldest = "1.20.0";
    public const string Database = "database.url=mongodb://db.example.org/twinrunner";

    public static string Chart { get; } = Path.Combine(Repository.Root, "charts", "twinrunner");

    /// <summary>The chart with an external database and the given values (<c>--set</c>), as release <c>tr</c> in namespace <c>science</c>.</summary>
    public static Task<Rendered> RenderAsync(params string[] values) => RenderForAsync(Newest, values);

    public static async Task<Rendered> RenderForAsync(string version, params string[] values)
    {
        var (exitCode, output, errors) = await TemplateAsync(version, [Database, .. values]);
        Assert.True(exitCode == 0, errors);
        return Rendered.Parse(output);
    }

    /// <summary>What helm says to values that it refuses.</summary>
    public static async Task<string> RefusalAsync(params string[] values)
    {
        var (exitCode, _, errors) = await TemplateAsync(Newest, values);
        Assert.NotEqual(0, exitCode);
        return errors;
    }

    public static Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments) => RunProgramAsync("helm", input: null, arguments);

    /// <summary>Runs a program of the folder that scripts/helm.sh fills.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunProgramAsync(string program, string? input, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(Folder(), program), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var cancellationToken = TestContext.Current.CancellationToken;
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, await output, await errors);
    }

    private static Task<(int ExitCode, string Output, string Errors)> TemplateAsync(string version, IEnumerable<string> values) =>
        RunAsync(["template", "tr", Chart, "--namespace", "science", "--kube-version", version, .. values.SelectMany(Argument)]);

    // NAME=[…] and NAME={"…} are JSON; {a,b} is --set's own list.
    private static string[] Argument(string value) =>
        [value.Contains("=[", StringComparison.Ordinal) || value.Contains("={\"", StringComparison.Ordinal) ? "--set-json" : "--set", value];

    private static string Folder()
    {
        var folder = Environment.GetEnvironmentVariable("TWIN_HELM_FOLDER") is { Length: > 0 } given
            ? given
            : Path.Combine(Environment.GetEnvironmentVariable("HOME") ?? "/", ".cache/twinrunner/helm-3.17.2");
        if (!File.Exists(Path.Combine(folder, "helm")))
            Assert.Skip("Needs helm: run scripts/helm.sh, and set TWIN_HELM_FOLDER to what it prints.");
        return folder;
    }
}
