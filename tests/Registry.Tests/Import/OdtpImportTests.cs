using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Twinrunner.Registry.Import;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Import;
using Twinrunner.Storage.Stores;
using Twinrunner.TestKit;

namespace Twinrunner.Registry.Tests.Import;

/// <summary>Documents as ODTP's code writes them, in both forms of Extended JSON and with what old versions of it left.</summary>
public sealed class OdtpImportTests : IAsyncLifetime
{
    private const string User = "660000000000000000000001", Twin = "660000000000000000000002", Component = "660000000000000000000003", Version = "660000000000000000000004";
    private const string Execution = "660000000000000000000005", First = "660000000000000000000006", Second = "660000000000000000000007";
    private const string Output = "660000000000000000000008", Snapshot = "660000000000000000000009", Log = "66000000000000000000000a", Log2 = "66000000000000000000000b";
    private const string Dates = """ "created_at":{"$date":"2024-04-05T06:07:08.009Z"},"updated_at":{"$date":{"$numberLong":"1712300828009"}} """;

    private TestStores _stores = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _stores = await TestStores.OpenAsync(services => services.AddSingleton<OdtpImport>().AddSingleton<OdtpZips>(), Token);

    public ValueTask DisposeAsync() => _stores.DisposeAsync();

    [Fact]
    public async Task People_twins_components_and_versions_keep_ids_and_every_field()
    {
        await ImportCatalogueAsync();

        Assert.Equal("ada", (await _stores.Get<UserStore>().GetAsync(Id<User>.Parse(User), Token))!.DisplayName);
        var twin = (await _stores.Get<DigitalTwinStore>().GetAsync(Id<DigitalTwin>.Parse(Twin), Token))!;
        Assert.Equal((User, Execution), (twin.UserRef.ToString(), twin.OtherFields!["executions"][0].GetProperty("$oid").GetString()));
        var version = (await _stores.Get<VersionStore>().GetAsync(Id<ComponentVersion>.Parse(Version), Token))!;
        Assert.Equal((Component, "v1.0", null), (version.ComponentId.ToString(), version.Name, version.Image));
        var parameter = Assert.Single(version.ParameterSpecs);
        Assert.Equal(("CITY", "integer", "5", 5d), (parameter.Name, parameter.Type, parameter.Default, parameter.Maximum));
        Assert.Equal(8501, Assert.Single(version.PortSpecs).Container);
        Assert.Equal("", version.OtherFields!["odtp"].GetProperty("imageLink").GetString());
        Assert.Equal("7", version.OtherFields["mine"].ToString());
    }

    [Fact]
    public async Task A_run_of_ODTPs_is_an_ended_execution_that_can_be_run_again()
    {
        await ImportCatalogueAsync();
        var report = await ImportExecutionAsync(secondStep: """ "start_timestamp":{"$date":"2024-05-01T00:00:00Z"},"end_timestamp":{"$date":"2024-05-01T00:01:00Z"},"error":true,"msg":"boom" """);

        Assert.Empty(report.Problems);
        var execution = (await _stores.Get<ExecutionStore>().GetAsync(Id<Execution>.Parse(Execution), Token))!;
        Assert.Equal((ExecutionStatus.Failed, "Step 'trip-data-2' failed: boom", Second), (execution.Status, execution.Message, execution.FailedStep.ToString()));
        Assert.Equal([First, Second], execution.Steps.Select(id => id.ToString()));
        Assert.Contains("\"component\": \"Trip Data@v1.0\"", execution.RawSpec);
        Assert.Contains("\"needs\"", execution.RawSpec);
        var steps = await _stores.Get<StepStore>().GetManyAsync([.. execution.Steps], Token);
        Assert.Equal([("trip-data", StepStatus.Succeeded), ("trip-data-2", StepStatus.Failed)], steps.Select(step => (step.Name, step.Status)));
        Assert.Equal((Output, "5", Version), (steps[0].Output.ToString(), steps[0].Parameters["CITY"].GetString(), steps[0].Spec.Component!.Version.ToString()));
        Assert.Equal(Snapshot, steps[0].OtherFields!["odtp"].GetProperty("output").GetProperty("$oid").GetString());
        var outputs = await _stores.Get<OutputStore>().FindByStepAsync(steps[0].Id, Token);
        Assert.Equal(["output", "snapshot"], outputs.Select(output => output.OutputType));
    }

    [Theory]
    [InlineData("""  "start_timestamp":{"$date":"2024-05-01T00:00:00Z"},"end_timestamp":null,"error":false """, StepStatus.Cancelled)]
    [InlineData("""  "start_timestamp":null,"end_timestamp":null """, StepStatus.Skipped)]
    public async Task What_ODTP_did_not_end_has_ended_here(string secondStep, StepStatus expected)
    {
        await ImportCatalogueAsync();
        await ImportExecutionAsync(secondStep);
        Assert.Equal(expected, (await _stores.Get<StepStore>().GetAsync(Id<Step>.Parse(Second), Token))!.Status);
        Assert.Equal(ExecutionStatus.Cancelled, (await _stores.Get<ExecutionStore>().GetAsync(Id<Execution>.Parse(Execution), Token))!.Status);
        Assert.Empty(await _stores.Get<StepStore>().FindClaimableAsync(10, Token));
    }

    [Fact]
    public async Task A_log_is_read_as_lines_in_their_order_and_once()
    {
        await ImportCatalogueAsync();
        await ImportExecutionAsync(""" "start_timestamp":null """);
        string[] pages = [$$"""{"_id":{"$oid":"{{Log}}"},"stepRef":"{{First}}","timestamp":{"$date":"2024-05-01T00:00:00Z"},"logstring":"one\ntwo"}""", $$"""{"_id":{"$oid":"{{Log2}}"},"stepRef":"{{First}}","logstring":"three"}"""];
        Assert.Equal(2, (await ImportAsync("logs", pages)).Added);
        Assert.Equal(2, (await ImportAsync("logs", pages)).Unchanged);

        var stored = await _stores.Get<LogStore>().FindAsync(Id<Step>.Parse(First), 1, 1, 10, Token);
        Assert.Equal([(1L, 2), (3L, 1)], stored.Select(page => (page.FirstLine, page.LineCount)));
    }

    [Fact]
    public async Task What_changed_there_follows_and_what_changed_here_stays()
    {
        var users = _stores.Get<UserStore>();
        string Written(string name) => $$"""{"_id":{"$oid":"{{User}}"},"displayName":"{{name}}",{{Dates}} }""";
        Assert.Equal(1, (await ImportAsync("users", Written("ada"))).Added);
        Assert.Equal(1, (await ImportAsync("users", Written("ada"))).Unchanged);
        Assert.Equal(1, (await ImportAsync("users", Written("ada l."))).Updated);
        Assert.Equal("ada l.", (await users.GetAsync(Id<User>.Parse(User), Token))!.DisplayName);

        var stored = (await _stores.Get<ImportStore>().GetAsync("users", ObjectId.Parse(User), Token))!;
        await _stores.Get<ImportStore>().TryReplaceAsync("users", stored.Id, stored.Revision, stored.Json, Token);
        Assert.Equal(1, (await ImportAsync("users", Written("ada lovelace"))).Left);
        Assert.Equal("ada l.", (await users.GetAsync(Id<User>.Parse(User), Token))!.DisplayName);
    }

    [Fact]
    public async Task What_cannot_be_taken_over_is_said_and_holds_up_nothing()
    {
        var report = await ImportAsync("users",
            """{"displayName":"nobody"}""",
            $$"""{"_id":{"$oid":"{{User}}"},"displayName":"ada","email":{"at":"home"},{{Dates}} }""",
            $$"""{"_id":{"$oid":"{{Twin}}"},"displayName":"ada",{{Dates}} }""");
        Assert.Equal(1, report.Added);
        Assert.Equal(
            [
                "A document of users has no _id that is an ObjectId.",
                $$"""users {{User}}: email is not what it should be ({"at":"home"}) and was set aside""",
                $"users {Twin}: its name, or what else only one may have, is taken here",
            ],
            report.Problems);
        var user = (await _stores.Get<UserStore>().GetAsync(Id<User>.Parse(User), Token))!;
        Assert.Equal("home", user.OtherFields!["odtp"].GetProperty("email").GetProperty("at").GetString());
        Assert.Contains("its component is not here", Assert.Single((await ImportAsync("versions", $$"""{"_id":{"$oid":"{{Version}}"},"componentId":"{{Component}}"}""")).Problems));
    }

    private async Task ImportCatalogueAsync()
    {
        await ImportAsync("users", $$"""{"_id":{"$oid":"{{User}}"},"displayName":"ada","email":"a@b.c","github":"ada",{{Dates}},"deprecated":false}""");
        await ImportAsync("digitalTwins", $$"""{"_id":{"$oid":"{{Twin}}"},"name":"city","status":"active","public":true,{{Dates}},"executions":[{"$oid":"{{Execution}}"}],"userRef":"{{User}}"}""");
        await ImportAsync("components", $$"""{"_id":{"$oid":"{{Component}}"},"author":null,"componentName":"Trip Data","repoLink":"https://github.com/a/b","status":"active","type":"ephemeral",{{Dates}},"versions":[{"$oid":"{{Version}}"}]}""");
        var report = await ImportAsync("versions", $$"""
            {"_id":{"$oid":"{{Version}}"},"componentId":"{{Component}}","component":{"componentId":{"$oid":"{{Component}}"},"componentName":"Trip Data","repoLink":"https://github.com/a/b","type":"ephemeral"},
             "odtp_version":"v0.5.0","component_version":"v1.0","commitHash":"0123456789012345678901234567890123456789","imageLink":"",
             "parameters":[{"name":"CITY","default-value":{"$numberInt":"5"},"datatype":"integer","parameter-bounds":[{"$numberInt":"1"},{"$numberInt":"5"}]}],
             "ports":[{"name":"web","description":"","port-value":8501}],"secrets":null,"mine":{"$numberLong":"7"},{{Dates}} }
            """);
        Assert.Empty(report.Problems);
    }

    private Task<ImportReport> ImportExecutionAsync(string secondStep) => _stores.Get<OdtpImport>().ImportAsync(
        "executions",
        [Parse($$"""
            {"_id":{"$oid":"{{Execution}}"},"title":"run 1","dt_id":"{{Twin}}","workflow_id":null,"digitalTwinRef":{"$oid":"{{Twin}}"},"start_timestamp":{"$date":"2024-05-01T00:00:00Z"},"end_timestamp":null,
             "steps":[{"$oid":"{{First}}"},{"$oid":"{{Second}}"}],"workflowSchema":{"workflowExecutor":"odtpwf","workflowExecutorVersion":"0.2.0","component_versions":[{"version":{"$oid":"{{Version}}"} }],"workflowExecutorSchema":[0]} }
            """)],
        new Dictionary<string, IReadOnlyList<JsonObject>>
        {
            // Not in their order: the execution has that.
            ["steps"] =
            [
                Parse($$"""{"_id":{"$oid":"{{Second}}"},"executionRef":{"$oid":"{{Execution}}"},"component_version":"{{Version}}","parameters":{},"ports":null,{{secondStep}} }"""),
                Parse($$"""
                    {"_id":{"$oid":"{{First}}"},"executionRef":{"$oid":"{{Execution}}"},"component_version":"{{Version}}","parameters":{"CITY":"5"},"ports":["8501:8501"],"logs":[],"inputs":{},"outputs":{},
                     "start_timestamp":{"$date":"2024-05-01T00:00:00Z"},"end_timestamp":{"$date":"2024-05-01T00:01:00Z"},"type":"ephemeral","secrets":false,"run_step":false,"output":{"$oid":"{{Snapshot}}"} }
                    """),
            ],
            ["outputs"] =
            [
                Parse($$"""{"_id":{"$oid":"{{Output}}"},"output_type":"output","s3_bucket":"odtp","s3_key":"odtp/{{First}}","file_name":"odtp-output.zip","file_size":12,"file_type":"application/zip","stepRef":"{{First}}",{{Dates}} }"""),
                Parse($$"""{"_id":{"$oid":"{{Snapshot}}"},"output_type":"snapshot","s3_bucket":"odtp","s3_key":"odtp/{{First}}","file_name":"odtp-snapshot.zip","file_size":12,"file_type":"application/zip","stepRef":"{{First}}",{{Dates}} }"""),
            ],
        },
        Token);

    private Task<ImportReport> ImportAsync(string collection, params string[] documents) =>
        _stores.Get<OdtpImport>().ImportAsync(collection, [.. documents.Select(Parse)], new Dictionary<string, IReadOnlyList<JsonObject>>(), Token);

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();
}
