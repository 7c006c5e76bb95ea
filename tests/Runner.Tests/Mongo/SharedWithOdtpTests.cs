using System.Net;
using System.Text.Json;
using Twinrunner.TestKit;
using Twinrunner.TestKit.Mongo;

namespace Twinrunner.Runner.Tests.Mongo;

/// <summary>A server whose database a running ODTP uses as well: its documents stay what they are, byte for byte, and are in nobody's way.</summary>
public sealed class SharedWithOdtpTests
{
    private const string Id = "65a1b2c3d4e5f60718293a0";

    /// <summary>As ODTP 0.5 and earlier wrote them, with what people's own tools put in: nulls, numbers of odd types, ids that are texts, values held twice.</summary>
    private static readonly (string Collection, string Json)[] Documents =
    [
        ("users", $$$"""{"_id":{"$oid":"{{{Id}}}1"},"displayName":"Ada","email":"ada@example.org","github":"ada","created_at":{"$date":"2024-05-01T08:00:00.123Z"},"updated_at":{"$date":"2024-05-01T08:00:00Z"},"deprecated":false,"digitalTwins":[{"$oid":"{{{Id}}}2"}]}"""),
        ("users", $$$"""{"_id":{"$oid":"{{{Id}}}2"},"displayName":"Ada","created_at":null,"score":{"$numberDecimal":"1.50"}}"""),
        ("users", """{"_id":"ada","displayName":null}"""),
        ("digitalTwins", $$$"""{"_id":{"$oid":"{{{Id}}}3"},"name":"zurich","status":"active","public":true,"created_at":{"$date":"1969-05-01T08:00:00Z"},"updated_at":{"$date":"2024-05-01T08:00:00Z"},"executions":[],"deprecated":false,"userRef":"{{{Id}}}1"}"""),
        ("components", $$$"""{"_id":{"$oid":"{{{Id}}}4"},"author":null,"componentName":"eqasim","repoLink":"https://example.org/eqasim","status":"active","title":"old","created_at":{"$date":"2024-05-01T08:00:00Z"},"updated_at":{"$date":"2024-05-01T08:00:00Z"},"versions":[]}"""),
        ("components", $$$"""{"_id":{"$oid":"{{{Id}}}5"},"componentName":"eqasim","repoLink":null}"""),
        ("versions", $$$"""{"_id":{"$oid":"{{{Id}}}6"},"componentId":{"$oid":"{{{Id}}}4"},"component_version":"1.0","dockerHubLink":"","title":"t","parameters":{},"ports":["8501"]}"""),
        ("workflows", $$$"""{"_id":{"$oid":"{{{Id}}}7"},"name":"w","versions":["{{{Id}}}6"],"created_at":{"$date":"2024-05-01T08:00:00Z"},"updated_at":{"$date":"2024-05-01T08:00:00Z"},"deprecated":false}"""),
        ("executions", $$$"""{"_id":{"$oid":"{{{Id}}}8"},"title":"e","description":"Description for Execution","dt_id":"{{{Id}}}3","workflow_id":"{{{Id}}}7","workflowSchema":{"workflowExecutor":"odtpwf"},"start_timestamp":null,"end_timestamp":null,"steps":[{"$oid":"{{{Id}}}9"}],"createdAt":{"$date":"2024-05-01T08:00:00Z"},"updatedAt":{"$date":"2024-05-01T08:00:00Z"},"digitalTwinRef":{"$oid":"{{{Id}}}3"},"execution_path":"/home/ada/e"}"""),
        ("steps", $$$"""{"_id":{"$oid":"{{{Id}}}9"},"type":"ephemeral","logs":[],"inputs":{},"outputs":{},"component_version":"{{{Id}}}6","parameters":{"A":"1"},"ports":null,"secrets":false,"run_step":true,"executionRef":{"$oid":"{{{Id}}}8"},"error":false,"msg":null}"""),
        ("outputs", $$$"""{"_id":{"$oid":"{{{Id}}}a"},"output_type":"output","s3_bucket":"odtp","s3_key":"odtp/{{{Id}}}9","file_name":"odtp-output.zip","file_size":{"$numberLong":"5"},"access_control":{"public":false,"authorized_users":[null]},"stepRef":"{{{Id}}}9"}"""),
        ("outputs", $$$"""{"_id":{"$oid":"{{{Id}}}b"},"output_type":"output","s3_key":"odtp/{{{Id}}}9","stepRef":"{{{Id}}}9"}"""),
        ("logs", $$$"""{"_id":{"$oid":"ffffffffffffffffffffffff"},"stepRef":"{{{Id}}}9","timestamp":{"$date":"2024-05-01T08:00:00Z"},"logstring":"a\nb"}"""),
        ("results", """{"_id":5,"output":[]}"""),
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Its_documents_are_served_swept_and_indexed_around_and_not_changed()
    {
        await using var mongo = TestMongo.Create();
        foreach (var (collection, json) in Documents)
            await mongo.InsertAsync(collection, json, Token);
        var before = await ReadAllAsync(mongo);

        await using (var host = await TestHost.StartAsync(settings => settings with { Database = mongo.Address }, Token))
        {
            var own = (await host.Client.SubmitAsync(new() { Spec = "steps: { a: { image: some/image } }" }, Token)).Id;
            foreach (var list in (string[])["executions", "users", "digital-twins", "workflows", "components", "nodes", "events", "secrets"])
            {
                using var answer = await host.Http.GetAsync(new Uri($"/api/v1/{list}?limit=2", UriKind.Relative), Token);
                Assert.True(answer.IsSuccessStatusCode, $"{list}: {await answer.Content.ReadAsStringAsync(Token)}");
            }
            using var listed = JsonDocument.Parse(await host.Http.GetStringAsync(new Uri("/api/v1/executions", UriKind.Relative), Token));
            Assert.Equal([own], listed.RootElement.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetString()));
            using var foreign = await host.Http.GetAsync(new Uri($"/api/v1/executions/{Id}8", UriKind.Relative), Token);
            Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
            using var cancelled = await host.Http.PostAsync(new Uri($"/api/v1/executions/{Id}8/cancel", UriKind.Relative), null, Token);
            Assert.Equal(HttpStatusCode.NotFound, cancelled.StatusCode);
            await host.RestartAsync(Token); // looks for what was left behind
        }

        Assert.Equal(before, await ReadAllAsync(mongo));
    }

    /// <summary>ODTP's documents as hex digits: those that we made have a revision.</summary>
    private static async Task<List<string>> ReadAllAsync(TestMongo mongo)
    {
        var all = new List<string>();
        foreach (var collection in Documents.Select(document => document.Collection).Distinct())
            all.AddRange((await mongo.ReadWithoutAsync("revision", collection, Token)).Select(Convert.ToHexString));
        return [.. all.Order(StringComparer.Ordinal)];
    }
}
