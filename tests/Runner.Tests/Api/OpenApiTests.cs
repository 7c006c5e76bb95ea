using System.Text.Json;
using System.Text.Json.Nodes;
using Twinrunner.TestKit;

namespace Twinrunner.Runner.Tests.Api;

/// <summary>
/// docs/openapi.json is what clients are written against: a change of the interface shows up in review as a change of that
/// file. To accept one, run these tests with TWIN_REFRESH=1 in the environment and commit the file.
/// </summary>
public sealed class OpenApiTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_document_that_the_endpoints_make_is_the_one_that_is_checked_in()
    {
        var served = (await DocumentAsync()).ToJsonString(Indented) + "\n";
        var path = Path.Combine(Repository.Root, "docs", "openapi.json");
        if (Environment.GetEnvironmentVariable("TWIN_REFRESH") is "1")
            await File.WriteAllTextAsync(path, served, Cancelled);

        var stored = File.Exists(path) ? await File.ReadAllTextAsync(path, Cancelled) : "";

        Assert.True(stored == served, "The interface is not the one in docs/openapi.json. If that is meant, refresh it: TWIN_REFRESH=1 dotnet test tests/Runner.Tests --filter OpenApiTests");
    }

    [Fact]
    public async Task Every_operation_has_a_name_a_summary_a_tag_and_a_problem()
    {
        var document = await DocumentAsync();

        foreach (var (path, operations) in document["paths"]!.AsObject())
        {
            foreach (var (method, operation) in operations!.AsObject())
            {
                var what = $"{method} {path}";
                Assert.True(operation!["operationId"] is not null, $"{what} has no name");
                Assert.True(operation["summary"] is not null, $"{what} has no summary");
                Assert.True(operation["tags"]?[0] is not null, $"{what} has no tag");
                Assert.True(operation["responses"]?["default"]?["content"]?["application/problem+json"] is not null, $"{what} has no problem");
                Assert.True(operation["responses"]!.AsObject().Any(response => response.Key.StartsWith('2')), $"{what} has no success");
            }
        }
    }

    [Fact]
    public async Task A_server_gives_the_document_that_is_checked_in()
    {
        await using var host = await TestHost.StartAsync(Cancelled);
        using var answer = await host.Http.GetAsync("/openapi.json", Cancelled);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("Twinrunner", JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancelled))!["info"]!["title"]!.ToString());
    }

    private static async Task<JsonNode> DocumentAsync()
    {
        await using var host = await TestHost.StartAsync(settings => settings with { MakeApiDocument = true }, Cancelled);
        return JsonNode.Parse(await host.Http.GetStringAsync("/openapi.json", Cancelled))!;
    }
}
