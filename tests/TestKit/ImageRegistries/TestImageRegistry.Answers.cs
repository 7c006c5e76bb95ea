using System.Text;
using Microsoft.AspNetCore.Http;

namespace Twinrunner.TestKit.ImageRegistries;

public sealed partial class TestImageRegistry
{
    private const string TokenPath = "/token";
    private const string ContentPath = "/content/";

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        var authorization = context.Request.Headers.Authorization.FirstOrDefault();
        Requests.Enqueue((context.Request.Method, path + context.Request.QueryString, authorization));
        if (Misbehave is { } misbehave && await misbehave(context))
            return;
        if (path.StartsWith(ContentPath, StringComparison.Ordinal))
            await Blob(path[ContentPath.Length..]).ExecuteAsync(context);
        else if (path == TokenPath)
            await Token(context.Request, authorization).ExecuteAsync(context);
        else if (path.StartsWith("/v2/repositories/", StringComparison.Ordinal))
            await HubTags(path["/v2/repositories/".Length..^"/tags".Length], context.Request).ExecuteAsync(context);
        else if (path.StartsWith("/v2/", StringComparison.Ordinal))
            await (IsLoggedIn(authorization) ? Find(path["/v2/".Length..], context) : Challenge(path, context)).ExecuteAsync(context);
        else
            await Results.NotFound().ExecuteAsync(context);
    }

    private IResult Find(string path, HttpContext context)
    {
        if (path.Length == 0)
            return Results.Ok();
        if (path.EndsWith("/tags/list", StringComparison.Ordinal))
            return Tags(path[..^"/tags/list".Length], context);
        var parts = path.Split('/');
        var name = string.Join('/', parts[..^2]);
        return parts[^2] switch
        {
            "manifests" => Manifest(name, parts[^1], context),
            "blobs" when RedirectsBlobs => Results.Redirect($"http://localhost:{Address.Port}{ContentPath}{parts[^1]}", preserveMethod: true),
            "blobs" => Blob(parts[^1]),
            _ => Results.NotFound(),
        };
    }

    private IResult Manifest(string name, string reference, HttpContext context)
    {
        if (Pulls is { } pulls)
        {
            context.Response.Headers["RateLimit-Limit"] = $"{pulls.Limit};w=21600";
            context.Response.Headers["RateLimit-Remaining"] = $"{pulls.Remaining};w=21600";
        }
        var digest = _tags.GetValueOrDefault(name)?.GetValueOrDefault(reference) ?? reference;
        if (!_tags.ContainsKey(name) || !_blobs.TryGetValue(digest, out var manifest))
            return Error(404, "MANIFEST_UNKNOWN", "manifest unknown");
        context.Response.Headers["Docker-Content-Digest"] = digest;
        return Results.Bytes(Lies.GetValueOrDefault(digest, manifest.Bytes), manifest.Type);
    }

    private IResult Blob(string digest) => _blobs.TryGetValue(digest, out var blob)
        ? Results.Bytes(Lies.GetValueOrDefault(digest, blob.Bytes), "application/octet-stream")
        : Error(404, "BLOB_UNKNOWN", "blob unknown to registry");

    private IResult Tags(string name, HttpContext context)
    {
        if (!_tags.TryGetValue(name, out var tags))
            return Error(404, "NAME_UNKNOWN", "repository name not known to registry");
        var (last, asked) = (context.Request.Query["last"].FirstOrDefault(), int.Parse(context.Request.Query["n"].FirstOrDefault() ?? "100"));
        var rest = tags.Keys.Where(tag => last is null || string.CompareOrdinal(tag, last) > 0).ToList();
        var page = rest.Take(Math.Min(asked, TagPage)).ToList();
        if (page.Count < rest.Count)
            context.Response.Headers.Link = $"</v2/{name}/tags/list?last={page[^1]}&n={asked}>; rel=\"next\"";
        return Results.Json(new { name, tags = page });
    }

    private IResult HubTags(string name, HttpRequest request)
    {
        if (!_tags.TryGetValue(name, out var tags))
            return Results.NotFound(new { message = "object not found" });
        var (page, size) = (int.Parse(request.Query["page"].FirstOrDefault() ?? "1"), int.Parse(request.Query["page_size"].FirstOrDefault() ?? "10"));
        var results = tags.Skip((page - 1) * size).Take(size).Select(tag => new
        {
            name = tag.Key,
            digest = tag.Value,
            full_size = 1234,
            tag_last_pushed = "2026-01-02T03:04:05.123456Z",
            last_updated = "2026-01-02T03:04:05.123456Z",
        });
        var next = page * size < tags.Count ? $"{Address}v2/repositories/{name}/tags?page={page + 1}&page_size={size}" : null;
        return Results.Json(new { count = tags.Count, next, results });
    }

    private IResult Token(HttpRequest request, string? authorization)
    {
        if (authorization is not null && authorization != Basic)
            return Results.Json(new { details = "incorrect username or password" }, statusCode: 401);
        // Without a login there is a token all the same: it is good for what is public.
        var token = TokenOf(request.Query["scope"].FirstOrDefault() ?? "", authorization is not null);
        return Results.Json(new { token, access_token = token, expires_in = TokenSeconds });
    }

    private IResult Challenge(string path, HttpContext context)
    {
        // "/v2/" alone is how engines ask for the way to log in.
        var name = path.Split('/') is { Length: > 4 } parts ? string.Join('/', parts[2..^2]) : "";
        context.Response.Headers.WWWAuthenticate = UsesTokens
            ? $"Bearer realm=\"{Realm ?? $"{Address}token"}\",service=\"test, registry\",scope=\"repository:{name}:pull\""
            : "Basic realm=\"test\"";
        return Error(401, "UNAUTHORIZED", "authentication required");
    }

    private bool IsLoggedIn(string? authorization) => UsesTokens
        ? authorization is not null && authorization.StartsWith("Bearer ", StringComparison.Ordinal) && (Login is null || authorization.EndsWith(TokenOf("", true), StringComparison.Ordinal))
        : Login is null || authorization == Basic;

    private string? Basic => Login is null ? null : "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(Login));

    private static string TokenOf(string scope, bool known) =>
        Convert.ToHexStringLower(Encoding.UTF8.GetBytes(scope)) + (known ? ".known" : ".anybody");

    private static IResult Error(int status, string code, string message) =>
        Results.Json(new { errors = new[] { new { code, message } } }, statusCode: status);
}
