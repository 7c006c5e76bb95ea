using System.Security.Cryptography;
using System.Text.Json;
using Twinrunner.Storage.Objects;
using Twinrunner.TestKit;

namespace Twinrunner.Cli.Tests.Import;

/// <summary>What an ODTP ran, with the zips in its bucket, imported into a server that has a bucket of its own.</summary>
public sealed class ImportZipsTests : IAsyncLifetime
{
    private const string Execution = "660000000000000000000005", Step = "660000000000000000000006";
    private const string Output = "660000000000000000000008", Snapshot = "660000000000000000000009", Later = "66000000000000000000000a";
    private const string OutputKey = "odtp/" + Step + "/odtp-output.zip", SnapshotKey = "odtp/" + Step + "/odtp-snapshot.zip";

    private static readonly byte[] Large = RandomNumberGenerator.GetBytes(20_000_000), Small = RandomNumberGenerator.GetBytes(1_000), Other = RandomNumberGenerator.GetBytes(1_000);

    private readonly TestFolder _folder = new();
    private TestBucket _odtp = null!;
    private TestBucket _own = null!;
    private TestHost _host = null!;
    private S3FaultProxy _proxy = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var server = TestS3.Get(TestS3.First);
        _odtp = await server.MakeBucketAsync(Token);
        _own = await TestS3.Get(TestS3.Second).MakeBucketAsync(Token);
        _proxy = await S3FaultProxy.StartAsync(server, Token);
        _host = await TestHost.StartAsync(settings => settings with { S3 = _own.Options }, Token);
        await PutAsync(OutputKey, Large);
        await PutAsync(SnapshotKey, Small);
        await WriteAsync("executions", $$"""
            {"_id":{"$oid":"{{Execution}}"},"title":"run 1","steps":[{"$oid":"{{Step}}"}],"workflowSchema":{},"start_timestamp":{"$date":"2024-05-01T00:00:00Z"},"end_timestamp":{"$date":"2024-05-01T00:00:00Z"} }
            """);
        await WriteAsync("steps", $$"""
            {"_id":{"$oid":"{{Step}}"},"executionRef":{"$oid":"{{Execution}}"},"start_timestamp":{"$date":"2024-05-01T00:00:00Z"},"end_timestamp":{"$date":"2024-05-01T00:00:00Z"},"output":{"$oid":"{{Snapshot}}"} }
            """);
        await WriteAsync("outputs", Document(Output, "output") + Document(Snapshot, "snapshot"));
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
            await _host.DisposeAsync();
        if (_proxy is not null)
            await _proxy.DisposeAsync();
        if (_own is not null)
            await _own.DisposeAsync();
        if (_odtp is not null)
            await _odtp.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Zips_are_copied_once_and_can_be_fetched()
    {
        var without = await RunAsync("import", "odtp", _folder["dump"]);
        Assert.Equal(0, without.ExitCode);
        Assert.Contains("2 outputs are in ODTP's object store only", without.Error, StringComparison.Ordinal);

        Assert.Equal((0, 2, 0), await ImportAsync());
        Assert.Equal((0, 0, 2), await ImportAsync());

        var fetched = await RunAsync("cp", $"{Execution}/step", _folder["fetched"]);
        Assert.True(fetched.ExitCode == 0, fetched.Error);
        Assert.Equal(Large, await File.ReadAllBytesAsync(Path.Combine(_folder["fetched"], "odtp-output.zip"), Token));
        await RunAsync("cp", $"{Execution}/step", _folder["fetched"], "--type", "snapshot");
        Assert.Equal(Small, await File.ReadAllBytesAsync(Path.Combine(_folder["fetched"], "odtp-snapshot.zip"), Token));
        var output = (await _host.Client.FindOutputAsync(Output, Token))!;
        Assert.Equal((Large.Length, Convert.ToHexStringLower(SHA256.HashData(Large))), (output.Size, output.ManifestSha256));
    }

    [Fact]
    public async Task A_zip_that_is_not_there_is_named_and_holds_up_nothing()
    {
        await _odtp.Store.DeleteAsync(OutputKey, Token);

        var first = await RunImportAsync();
        Assert.Equal(ExitCode.NotFoundOrConflict, first.ExitCode);
        Assert.Contains($"outputs {Output}: its zip is not in ODTP's object store ('{OutputKey}'", first.Error, StringComparison.Ordinal);
        Assert.Equal((1, 0), Counts(first));

        await PutAsync(OutputKey, Large);
        Assert.Equal((0, 1, 1), await ImportAsync());
    }

    [Fact]
    public async Task A_zip_that_could_not_be_read_to_its_end_is_copied_the_next_time()
    {
        _proxy.Fault = request => request.Method == "GET" && request.Path.Value!.EndsWith("odtp-output.zip", StringComparison.Ordinal) ? S3Fault.Truncate : null;
        var first = await RunImportAsync(_proxy.Address);
        Assert.Contains($"outputs {Output}: its zip was not copied", first.Error, StringComparison.Ordinal);
        Assert.Equal((1, 0), Counts(first));
        Assert.Equal("", (await _host.Client.FindOutputAsync(Output, Token))!.ManifestSha256);

        Assert.Equal((0, 1, 1), await ImportAsync());
    }

    [Fact]
    public async Task A_step_that_ODTP_ran_again_keeps_the_zip_that_was_copied_before()
    {
        Assert.Equal((0, 2, 0), await ImportAsync());
        await PutAsync(OutputKey, Other);
        await WriteAsync("outputs", Document(Later, "output") + Document(Output, "output") + Document(Snapshot, "snapshot"));

        Assert.Equal((0, 1, 2), await ImportAsync());

        var outputs = (await _host.Client.ListOutputsAsync(Step, Token)).Items.Where(output => output.Type == "output").ToList();
        Assert.Equal([(Output, 1, (long)Large.Length), (Later, 2, Other.Length)], outputs.Select(output => (output.Id, output.Attempt, output.Size)));
        await RunAsync("cp", $"{Execution}/step", _folder["fetched"]);
        Assert.Equal(Other, await File.ReadAllBytesAsync(Path.Combine(_folder["fetched"], "odtp-output.zip"), Token));
        await RunAsync("cp", $"{Execution}/step", _folder["earlier"], "--attempt", "1");
        Assert.Equal(Large, await File.ReadAllBytesAsync(Path.Combine(_folder["earlier"], "odtp-output.zip"), Token));
    }

    [Fact]
    public async Task A_zip_that_ODTP_has_replaced_is_said_to_be_gone()
    {
        await WriteAsync("outputs", Document(Later, "output") + Document(Output, "output"));

        var run = await RunImportAsync();

        Assert.Equal((1, 0), Counts(run));
        Assert.Contains($"outputs {Output}: its zip is gone: ODTP replaced it", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_cannot_be_used_is_one_error()
    {
        var setup = Setup();
        setup.Environment["TWIN_ODTP_S3_SECRET_KEY"] = "wrong";
        var run = await setup.RunAsync("import", "odtp", _folder["dump"], "--server", _host.Address.ToString(), "--s3", _odtp.Options.Endpoint!.ToString());

        Assert.Equal(ExitCode.Trouble, run.ExitCode);
        Assert.Contains("secret key is wrong", run.Error, StringComparison.Ordinal);
    }

    /// <summary>Exit code, zips copied, and zips that were there.</summary>
    private async Task<(int ExitCode, int Copied, int There)> ImportAsync()
    {
        var run = await RunImportAsync();
        Assert.True(run.ExitCode == 0, run.Error);
        var (copied, there) = Counts(run);
        return (run.ExitCode, copied, there);
    }

    private Task<CliRun> RunImportAsync(Uri? server = null) =>
        RunAsync("import", "odtp", _folder["dump"], "--s3", (server ?? _odtp.Options.Endpoint!).ToString(), "-o", "json");

    private static (int Copied, int There) Counts(CliRun run)
    {
        var zips = JsonElement.Parse(run.Out.Split('\n').Single(line => line.Contains("\"zips\"", StringComparison.Ordinal)));
        return (zips.GetProperty("added").GetInt32(), zips.GetProperty("unchanged").GetInt32());
    }

    private Task<CliRun> RunAsync(params string[] args) => Setup().RunAsync([.. args, "--server", _host.Address.ToString()]);

    private CliSetup Setup()
    {
        var setup = new CliSetup();
        setup.Environment["TWIN_ODTP_S3_ACCESS_KEY"] = _odtp.Options.AccessKey!;
        setup.Environment["TWIN_ODTP_S3_SECRET_KEY"] = _odtp.Options.SecretKey!;
        return setup;
    }

    private Task<ObjectInfo> PutAsync(string key, byte[] bytes) => _odtp.Store.PutAsync(key, new MemoryStream(bytes), new(bytes.Length), Token);

    private string Document(string id, string type) =>
        $$"""{"_id":{"$oid":"{{id}}"},"output_type":"{{type}}","s3_bucket":"{{_odtp.Options.Bucket}}","s3_key":"odtp/{{Step}}","file_name":"odtp-{{type}}.zip","file_size":12,"file_type":"application/zip","stepRef":"{{Step}}"}""" + "\n";

    private async Task WriteAsync(string collection, string lines)
    {
        Directory.CreateDirectory(_folder["dump"]);
        await File.WriteAllTextAsync(Path.Combine(_folder["dump"], collection + ".json"), lines, Token);
    }
}
