using Twinrunner.Client;
using Twinrunner.TestKit;

namespace Twinrunner.Cli.Tests.Import;

/// <summary>A run whose first step succeeded in an ODTP, and whose second failed there.</summary>
public sealed class ImportedRunTests : IAsyncLifetime
{
    private const string Component = "660000000000000000000003", Version = "660000000000000000000004";
    private const string Execution = "660000000000000000000005", First = "660000000000000000000006", Second = "660000000000000000000007", Output = "660000000000000000000008";

    private readonly TestFolder _folder = new();
    private TestHost _host = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = await TestHost.StartAsync(Token);
        await WriteAsync("components", $$"""{"_id":{"$oid":"{{Component}}"},"componentName":"trip","repoLink":"https://github.com/a/b","versions":[{"$oid":"{{Version}}"}]}""");
        await WriteAsync("versions", $$"""{"_id":{"$oid":"{{Version}}"},"componentId":"{{Component}}","component_version":"v1","commitHash":"0123456789012345678901234567890123456789","parameters":[],"ports":[]}""");
        await WriteAsync("executions", $$"""{"_id":{"$oid":"{{Execution}}"},"title":"run","steps":[{"$oid":"{{First}}"},{"$oid":"{{Second}}"}],"workflowSchema":{},"start_timestamp":{"$date":"2024-05-01T00:00:00Z"} }""");
        await WriteAsync("steps", Step(First, $$""" "error":false,"output":{"$oid":"{{Output}}"} """) + Step(Second, """ "error":true,"msg":"boom" """));
        await WriteAsync("outputs", $$"""{"_id":{"$oid":"{{Output}}"},"output_type":"output","s3_bucket":"odtp","s3_key":"odtp/{{First}}","file_name":"odtp-output.zip","file_size":12,"stepRef":"{{First}}"}""");
        var imported = await RunAsync("import", "odtp", _folder["dump"]);
        Assert.True(imported.ExitCode == ExitCode.Success, imported.Error);
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
            await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task It_is_not_resumed_on_zips_and_the_refusal_says_what_to_do_instead()
    {
        var refused = await RunAsync("resume", "--detach", Execution);

        Assert.Equal(ExitCode.NotFoundOrConflict, refused.ExitCode);
        Assert.Contains($"Step 'trip' ran in ODTP, which left a zip that no step here can take its inputs from: `twin rerun {Execution}`", refused.Error, StringComparison.Ordinal);
        Assert.Equal(["Succeeded", "Failed"], await StatusesAsync(Execution));
    }

    [Fact]
    public async Task A_rerun_from_its_second_step_runs_the_first_one_too()
    {
        var rerun = await RunAsync("rerun", "--detach", "--from", "trip-2", Execution);

        Assert.True(rerun.ExitCode == ExitCode.Success, rerun.Error);
        Assert.Equal(["Queued", "Pending"], await StatusesAsync(rerun.Out.Trim()));
    }

    private async Task<IEnumerable<string>> StatusesAsync(string execution) =>
        (await _host.Client.ListStepsAsync(execution, null, null, Token)).Items.Select(step => $"{step.Status}");

    private Task<CliRun> RunAsync(params string[] args) => CliRun.OfAsync([.. args, "--server", _host.Address.ToString()]);

    private static string Step(string id, string fields) =>
        $$"""{"_id":{"$oid":"{{id}}"},"executionRef":{"$oid":"{{Execution}}"},"component_version":"{{Version}}","parameters":{},"start_timestamp":{"$date":"2024-05-01T00:00:00Z"},"end_timestamp":{"$date":"2024-05-01T00:01:00Z"},{{fields}}}""" + "\n";

    private async Task WriteAsync(string collection, string lines)
    {
        Directory.CreateDirectory(_folder["dump"]);
        await File.WriteAllTextAsync(Path.Combine(_folder["dump"], collection + ".json"), lines, Token);
    }
}
