using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Twinrunner.TestKit.Executors;

/// <summary>
/// An image registry on loopback (the pulling half of the OCI distribution specification), which engines talk to without TLS. Its images
/// have one layer with one file, <c>/content</c>.
/// </summary>
public sealed class TestImageRegistry : IAsyncDisposable
{
    private const string ManifestType = "application/vnd.docker.distribution.manifest.v2+json";

    private readonly Dictionary<string, (string Type, byte[] Bytes)> _blobs = [];
    private readonly Dictionary<string, string> _tags = [];
    private readonly WebApplication _app;

    private TestImageRegistry(WebApplication app) => _app = app;

    /// <summary><c>name:password</c> that pulls must carry; null: anybody may pull.</summary>
    public string? Login { get; set; }

    public string Host => new Uri(_app.Urls.First()).Authority;

    public static async Task<TestImageRegistry> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var registry = new TestImageRegistry(app);
        app.Use(registry.CheckLoginAsync);
        app.MapGet("/v2/", () => Results.Ok());
        app.MapMethods("/v2/{name}/manifests/{reference}", ["GET", "HEAD"], registry.GetManifest);
        app.MapMethods("/v2/{name}/blobs/{digest}", ["GET", "HEAD"], registry.GetBlob);
        await app.StartAsync(cancellationToken);
        return registry;
    }

    /// <summary>Makes an image and lets a tag point to it.</summary>
    /// <returns>Digest of its manifest.</returns>
    public string Push(string name, string tag, string content)
    {
        var layer = Layer(content);
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(layer);
        var config = Encoding.UTF8.GetBytes(
            $$$"""{"architecture":"amd64","os":"linux","config":{"Cmd":["/content"]},"rootfs":{"type":"layers","diff_ids":["{{{Digest(layer)}}}"]}}""");
        var (configDigest, layerDigest) = (Add("application/octet-stream", config), Add("application/octet-stream", packed.ToArray()));
        var manifest = $$"""
            {"schemaVersion":2,"mediaType":"{{ManifestType}}",
             "config":{"mediaType":"application/vnd.docker.container.image.v1+json","size":{{config.Length}},"digest":"{{configDigest}}"},
             "layers":[{"mediaType":"application/vnd.docker.image.rootfs.diff.tar.gzip","size":{{packed.Length}},"digest":"{{layerDigest}}"}]}
            """;
        return _tags[$"{name}:{tag}"] = Add(ManifestType, Encoding.UTF8.GetBytes(manifest));
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static byte[] Layer(string content)
    {
        using var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, TarEntryFormat.Ustar, leaveOpen: true))
            writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, "content") { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) });
        return tar.ToArray();
    }

    private static string Digest(byte[] bytes) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));

    private string Add(string type, byte[] bytes)
    {
        var digest = Digest(bytes);
        _blobs[digest] = (type, bytes);
        return digest;
    }

    private Task CheckLoginAsync(HttpContext context, RequestDelegate next)
    {
        var expected = Login is null ? null : "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(Login));
        if (expected is null || context.Request.Headers.Authorization == expected)
            return next(context);
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        context.Response.Headers.WWWAuthenticate = "Basic realm=\"test\"";
        return Task.CompletedTask;
    }

    private IResult GetManifest(string name, string reference, HttpContext context) =>
        GetBlob(_tags.GetValueOrDefault($"{name}:{reference}", reference), context);

    private IResult GetBlob(string digest, HttpContext context)
    {
        if (!_blobs.TryGetValue(digest, out var blob))
            return Results.Json(new { errors = new[] { new { code = "MANIFEST_UNKNOWN", message = "manifest unknown" } } }, statusCode: 404);
        context.Response.Headers["Docker-Content-Digest"] = digest;
        return Results.Bytes(blob.Bytes, blob.Type);
    }
}
