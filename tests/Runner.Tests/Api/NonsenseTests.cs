using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Twinrunner.Client;
using Twinrunner.TestKit;

namespace Twinrunner.Runner.Tests.Api;

/// <summary>
/// Every operation of the OpenAPI document is asked nonsense. Whatever it is, the answer is problem details with a 4xx status
/// (or a success, where the nonsense happens to be allowed), and the server goes on. A new endpoint is covered by being in
/// docs/openapi.json.
/// </summary>
public sealed class NonsenseTests(NonsenseTests.SmallHost shared) : IClassFixture<NonsenseTests.SmallHost>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    // No %00: a path with a zero in it is no HTTP for Kestrel, which refuses it with a bare 400 before any of our code.
    private static readonly string[] Ids =
        ["zzz", "0", "-1", new string('f', 24), new string('f', 25), "%01", "..%2f..%2fetc%2fpasswd", "%F0%9F%92%A3", "a%20b", new('a', 3000), "null", "{id}", "'%20OR%201=1"];

    private static readonly (string Type, string Text)[] Bodies =
    [
        ("application/json", ""),
        ("application/json", "null"),
        ("application/json", "{"),
        ("application/json", "[]"),
        ("application/json", "true"),
        ("application/json", "\"text\""),
        ("application/json", "{\"nonsense\":1}"),
        ("application/json", "{\"spec\":7}"),
        ("application/json", "{\"spec\":null,\"name\":null,\"displayName\":null}"),
        ("application/json", "{\"spec\":\"\\u0000\",\"name\":\"\\u0000\",\"displayName\":\"\\u0000\"}"),
        ("application/json", "{\"spec\":\"\\ud800\"}"),
        ("application/json", "{\"spec\":\"a: &a [x]\\nb: &b [*a,*a]\\nc: [*b,*b]\"}"),
        ("application/json", "{\"spec\":\"steps: []\",\"parameters\":[],\"priority\":1e99}"),
        ("application/json", new string('[', 5_000)),
        ("application/json", string.Concat(Enumerable.Repeat("{\"a\":", 5_000))),
        ("application/json; charset=klingon", "{}"),
        ("application/yaml", ""),
        ("application/yaml", "\t\0: ["),
        ("application/yaml", new string('[', 50_000)),
        ("text/plain", "hello"),
        ("multipart/form-data", "hello"),
        ("nonsense", "{}"),
    ];

    private static readonly string[] Queries =
    [
        "limit=-1", "limit=99999999999999999999", "limit=", "limit=1&limit=2", "after=zzz", "after=", "status=nonsense", "label==", "user=zzz", "name=%00",
        "digitalTwin=%FF", "text=" + "x%00", "%ZZ=%ZZ", "noCache=perhaps", "=&&==",
    ];

    public static TheoryData<string, string> Operations()
    {
        var document = JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "docs", "openapi.json")))!;
        var operations = new TheoryData<string, string>();
        foreach (var (path, methods) in document["paths"]!.AsObject())
        {
            foreach (var (method, _) in methods!.AsObject())
                operations.Add(method.ToUpperInvariant(), path);
        }
        return operations;
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task Nonsense_is_answered_with_a_problem(string method, string path)
    {
        foreach (var id in Ids)
            await AskAsync(method, Filled(path, id), null);
        foreach (var query in Queries)
            await AskAsync(method, $"{Filled(path, new string('a', 24))}?{query}", null);
        if (method is "GET" or "DELETE")
            return;
        foreach (var (type, text) in Bodies)
            await AskAsync(method, Filled(path, new string('a', 24)), (type, Encoding.UTF8.GetBytes(text)));
        await AskAsync(method, Filled(path, new string('a', 24)), ("application/json", [0xFF, 0xFE, 0x00, 0x80]));
        await AskAsync(method, Filled(path, new string('a', 24)), ("application/yaml", [0xFF, 0xFE, 0x00, 0x80]));
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task A_huge_body_is_a_problem(string method, string path)
    {
        if (method is "GET" or "DELETE" || path == "/api/v1/components/sync") // which names nothing that isn't there, and takes no body
            return;
        var huge = Encoding.UTF8.GetBytes($$"""{"spec":"{{new string('x', 200_000)}}"}""");

        // An operation that takes no body doesn't look at it.
        var status = await AskAsync(method, Filled(path, new string('a', 24)), ("application/json", huge), mayWait: true);

        Assert.InRange(status, 400, 499);
    }

    private static string Filled(string path, string value) =>
        string.Join('/', path.Split('/').Select(part => part.StartsWith('{') ? value : part));

    /// <param name="mayWait">The client sends its body when it is asked to. (One that doesn't wait may find the connection closed before it has read the answer.)</param>
    private async Task<int> AskAsync(string method, string address, (string Type, byte[] Bytes)? body, bool mayWait = false)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), address);
        request.Headers.Accept.ParseAdd("application/json");
        request.Headers.ExpectContinue = mayWait;
        if (body is { } sent)
        {
            request.Content = new ByteArrayContent(sent.Bytes);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", sent.Type);
        }
        using var response = await shared.Host.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancelled);
        var status = (int)response.StatusCode;
        var what = $"{method} {(address.Length > 200 ? address[..200] : address)} {body?.Type} → {status}";
        Assert.True(status is >= 200 and < 500, what);
        if (status >= 400)
        {
            Assert.True(response.Content.Headers.ContentType?.MediaType == "application/problem+json", $"{what}: {response.Content.Headers.ContentType}");
            var text = await response.Content.ReadAsStringAsync(Cancelled);
            var problem = JsonSerializer.Deserialize(text, WireJson.Default.ProblemView)!;
            Assert.StartsWith("urn:twinrunner:problem:", problem.Type, StringComparison.Ordinal);
            Assert.False(string.IsNullOrWhiteSpace(problem.Detail), what);
            Assert.False(text.Contains("   at ", StringComparison.Ordinal) || text.Contains("Twinrunner.", StringComparison.Ordinal) || text.Contains("System.", StringComparison.Ordinal), $"{what}: {text}");
        }
        return status;
    }

    /// <summary>A server that takes small bodies only.</summary>
    public sealed class SmallHost : IAsyncLifetime
    {
        public TestHost Host { get; private set; } = null!;

        public async ValueTask InitializeAsync() =>
            Host = await TestHost.StartAsync(settings => settings with { MaxRequestBytes = 100_000 }, TestContext.Current.CancellationToken);

        public ValueTask DisposeAsync() => Host.DisposeAsync();
    }
}
