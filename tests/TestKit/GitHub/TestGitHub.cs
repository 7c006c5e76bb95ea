using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Twinrunner.TestKit.GitHub;

/// <summary>
/// GitHub's REST API on loopback, as docs.github.com/rest describes it (API version 2022-11-28): ETags that belong to a token, primary
/// limits by identity, pages, renamed and private repositories, Apps. <see cref="Troubles"/> lets it misbehave.
/// </summary>
public sealed class TestGitHub : IAsyncDisposable
{
    private const string ApiPrefix = "/api/v3/";

    private readonly TimeProvider _time;
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, TestGitHubLimit> _limits = new();
    private long _lastId = 1_000;

    private TestGitHub(WebApplication app, TimeProvider time) => (_app, _time) = (app, time);

    /// <summary>Under this name the repositories are known: <c>http://{Host}/owner/name</c>.</summary>
    public string Host => new Uri(_app.Urls.First()).Authority;

    public Uri Api => new($"http://{Host}{ApiPrefix}");

    public IReadOnlyDictionary<string, Uri> ApiByHost => new Dictionary<string, Uri>(StringComparer.OrdinalIgnoreCase) { [Host] = Api, ["github.com"] = Api };

    public TestGitHubRepositories Repositories { get; } = new();

    public ConcurrentDictionary<string, TestGitHubToken> Tokens { get; } = new();

    public ConcurrentBag<TestGitHubApp> Apps { get; } = [];

    /// <summary>What happens to the next requests, each to one, in place of an answer.</summary>
    public ConcurrentQueue<TestGitHubTrouble> Troubles { get; } = new();

    public ConcurrentQueue<TestGitHubRequest> Requests { get; } = new();

    /// <summary>Requests an hour without a token.</summary>
    public int AnonymousLimit { get; set; } = 60;

    /// <summary>False: only <c>Last-Modified</c>, where GitHub has it.</summary>
    public bool SendsETags { get; set; } = true;

    public static async Task<TestGitHub> StartAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var github = new TestGitHub(app, time);
        app.Run(github.AnswerAsync);
        await app.StartAsync(cancellationToken);
        return github;
    }

    /// <summary>A repository with one commit on <c>main</c>.</summary>
    public TestGitHubRepository AddRepository(string owner, string name) => Repositories.Add(new(Interlocked.Increment(ref _lastId), owner, name)
    {
        Branches = { ["main"] = TestGitHubRepository.Commit($"{owner}/{name}") },
        UpdatedAt = _time.GetUtcNow(),
    });

    /// <summary>How much of its limit an identity has spent in this hour.</summary>
    /// <param name="token">Null: without a token.</param>
    public int Spent(string? token) => _limits.TryGetValue(token ?? "", out var limit) ? limit.Used(_time.GetUtcNow()) : 0;

    /// <summary>Somebody else uses the same token.</summary>
    public void Spend(string token, int requests)
    {
        var limit = _limits.GetOrAdd(token, _ => new() { Limit = Tokens[token].Limit });
        for (var i = 0; i < requests; i++)
            limit.Spend(_time.GetUtcNow());
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        context.Response.OnCompleted(() =>
        {
            Requests.Enqueue(new(request.Method, request.Path + request.QueryString, request.Headers.Authorization.ToString(), context.Response.StatusCode));
            return Task.CompletedTask;
        });
        context.Response.Headers.Date = _time.GetUtcNow().ToString("R");
        if (Troubles.TryDequeue(out var trouble))
            await trouble.HappenAsync(context);
        else
            await WriteAsync(context, Identify(request));
    }

    private async Task WriteAsync(HttpContext context, TestGitHubCaller? caller)
    {
        var response = context.Response;
        var now = _time.GetUtcNow();
        var limit = _limits.GetOrAdd(caller?.Key ?? "", _ => new());
        limit.Limit = caller?.Limit ?? AnonymousLimit;
        var isFree = context.Request.Path == $"{ApiPrefix}rate_limit";
        var answer = Answer(context.Request, caller, limit, now);
        var body = Encoding.UTF8.GetBytes(answer.Body?.ToJsonString() ?? "");
        if (answer.Status == 200 && HttpMethods.IsGet(context.Request.Method))
        {
            // ETags differ from token to token, so a new token of an App gets everything anew.
            if (SendsETags)
                response.Headers.ETag = $"W/\"{Convert.ToHexStringLower(SHA256.HashData([.. body, .. Encoding.UTF8.GetBytes(caller?.Key ?? "")]))}\"";
            response.Headers.LastModified = answer.Headers.GetValueOrDefault("Last-Modified");
            var request = context.Request.Headers;
            if (request.IfNoneMatch.Count > 0 ? request.IfNoneMatch == response.Headers.ETag : request.IfModifiedSince.Count > 0 && request.IfModifiedSince == response.Headers.LastModified)
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                // "Making a conditional request does not count … while correctly authorized".
                if (caller is null)
                    limit.Spend(now);
                limit.WriteTo(response.Headers, now);
                return;
            }
        }
        if (!isFree && answer.Status != 401)
            limit.Spend(now);
        limit.WriteTo(response.Headers, now);
        response.StatusCode = answer.Status;
        response.ContentType = "application/json; charset=utf-8";
        foreach (var (name, value) in answer.Headers)
            response.Headers[name] = value;
        await response.Body.WriteAsync(body, context.RequestAborted);
    }

    private TestGitHubAnswer Answer(HttpRequest request, TestGitHubCaller? caller, TestGitHubLimit limit, DateTimeOffset now)
    {
        if (request.Headers.UserAgent.Count == 0)
            return TestGitHubAnswer.Error(403, "Request forbidden by administrative rules. Please make sure your request has a User-Agent header");
        if (caller is { IsKnown: false })
            return TestGitHubAnswer.Error(401, "Bad credentials");
        var path = request.Path.Value!;
        if (!path.StartsWith(ApiPrefix, StringComparison.Ordinal))
            return TestGitHubAnswer.NotFound;
        var parts = path[ApiPrefix.Length..].Split('/', 4);
        if (parts is ["rate_limit"])
            return TestGitHubAnswer.Ok(TestGitHubJson.RateLimit(limit, now));
        if (limit.Remaining(now) == 0)
            return TestGitHubAnswer.Error(403, caller is null
                ? "API rate limit exceeded for 127.0.0.1. (But here's the good news: Authenticated requests get a higher rate limit. Check out the documentation for more details.)"
                : "API rate limit exceeded for user ID 1. If you reach out to GitHub Support for help, please include the request ID.");
        return parts switch
        {
            ["repos", var owner, var name, .. var rest] => AnswerRepository(request, caller, Repositories.Find(owner, name), $"{owner}/{name}", string.Concat(rest)),
            ["repositories", var id, .. var rest] => AnswerRepository(request, caller, Repositories.Find(long.Parse(id)), null, string.Join('/', rest)),
            ["app"] when caller?.App is { } app => TestGitHubAnswer.Ok(TestGitHubJson.App(app)),
            ["app", "installations", var installation, "access_tokens"] when HttpMethods.IsPost(request.Method) => GiveToken(caller, long.Parse(installation), now),
            _ => TestGitHubAnswer.NotFound,
        };
    }

    /// <param name="name">As which it was asked for; null: by its number.</param>
    private TestGitHubAnswer AnswerRepository(HttpRequest request, TestGitHubCaller? caller, TestGitHubRepository? repository, string? name, string rest)
    {
        if (repository is null)
            return TestGitHubAnswer.NotFound;
        if (rest == "installation")
            return caller?.App?.Installations.FirstOrDefault(i => i.Owner == repository.Owner) is { } installation
                ? TestGitHubAnswer.Ok(TestGitHubJson.Installation(installation, caller.App))
                : TestGitHubAnswer.NotFound;
        if (repository.IsPrivate && caller?.MayRead(repository.Owner) != true)
            return TestGitHubAnswer.NotFound;
        if (caller?.Refusal is { } refusal)
            return refusal;
        var here = new Uri(Api, $"repositories/{repository.Id}");
        if (name is not null && !name.Equals(repository.FullName, StringComparison.OrdinalIgnoreCase))
            return TestGitHubAnswer.Moved($"{here}{(rest.Length > 0 ? "/" + rest : "")}{request.QueryString}");
        return rest switch
        {
            "" => TestGitHubAnswer.Ok(TestGitHubJson.Repository(repository, Host, Api)) with { Headers = new() { ["Last-Modified"] = repository.UpdatedAt.ToString("R") } },
            "tags" => Page(request, here, rest, [.. repository.Tags.OrderByDescending(tag => tag.Key, StringComparer.Ordinal)], tag => TestGitHubJson.Tag(repository, tag.Key, tag.Value, Api)),
            "releases" => Page(request, here, rest, [.. repository.Releases.Reverse()], release => TestGitHubJson.Release(repository, release, Host, Api)),
            _ when rest.StartsWith("git/ref/heads/", StringComparison.Ordinal) => Branch(repository, rest["git/ref/heads/".Length..]),
            _ => TestGitHubAnswer.NotFound,
        };
    }

    private TestGitHubAnswer Branch(TestGitHubRepository repository, string branch) =>
        repository.Branches.IsEmpty ? TestGitHubAnswer.Error(409, "Git Repository is empty.")
        : repository.Branches.TryGetValue(branch, out var commit) ? TestGitHubAnswer.Ok(TestGitHubJson.Ref(repository, $"refs/heads/{branch}", commit, Api))
        : TestGitHubAnswer.NotFound;

    private static TestGitHubAnswer Page<T>(HttpRequest request, Uri here, string resource, IReadOnlyList<T> all, Func<T, JsonNode> write)
    {
        var size = int.TryParse(request.Query["per_page"], out var asked) ? Math.Clamp(asked, 1, 100) : 30;
        var page = int.TryParse(request.Query["page"], out var number) ? Math.Max(number, 1) : 1;
        var last = (all.Count + size - 1) / size;
        var answer = TestGitHubAnswer.Ok(new JsonArray([.. all.Skip((page - 1) * size).Take(size).Select(write)]));
        string LinkTo(int target, string relation) => $"<{here}/{resource}?per_page={size}&page={target}>; rel=\"{relation}\"";
        return page < last
            ? answer with { Headers = new() { ["Link"] = $"{LinkTo(page + 1, "next")}, {LinkTo(last, "last")}" } }
            : page > 1 ? answer with { Headers = new() { ["Link"] = $"{LinkTo(page - 1, "prev")}, {LinkTo(1, "first")}" } } : answer;
    }

    private TestGitHubAnswer GiveToken(TestGitHubCaller? caller, long installation, DateTimeOffset now)
    {
        if (caller?.App?.Installations.FirstOrDefault(i => i.Id == installation) is not { } found)
            return TestGitHubAnswer.NotFound;
        var token = $"ghs_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(18))}";
        Tokens[token] = new() { Owners = [found.Owner], ExpiresAt = now + TimeSpan.FromHours(1) };
        return TestGitHubAnswer.Ok(TestGitHubJson.InstallationToken(token, now + TimeSpan.FromHours(1))) with { Status = 201 };
    }

    private TestGitHubCaller? Identify(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        if (header.Length == 0)
            return null;
        var secret = header.Split(' ')[^1];
        if (Tokens.TryGetValue(secret, out var token))
            return new(secret, token, null) { IsKnown = token.ExpiresAt is not { } end || end > _time.GetUtcNow() };
        var app = Apps.FirstOrDefault(app => app.Signed(secret, _time.GetUtcNow()));
        return new(app is null ? secret : $"app {app.Id}", null, app) { IsKnown = app is not null };
    }
}
