using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Xunit;

namespace Twinrunner.TestKit.ImageRegistries;

/// <summary>
/// A real image registry: Debian's <c>docker-registry</c> (the reference implementation of the distribution specification) on a free port of
/// loopback, with a folder of its own, deletion turned on, and one user.
/// </summary>
public sealed partial class DockerRegistry : IAsyncDisposable
{
    public const string User = "tester";
    public const string Password = "secret";

    private const string Program = "docker-registry";

    // Of the password above, as `htpasswd -B` makes it: the registry takes nothing weaker, and the command is in a package of its own.
    private const string Passwords = User + ":$2y$05$4zLjSt/hxoRX5ujk1x.KTulMKN3cRbMSCQvdHoaaXpBODSBAO/G3e\n";

    private readonly Process _process;
    private readonly TestFolder _folder;
    private readonly Task _reading;

    private DockerRegistry(Process process, TestFolder folder, string host, Task reading) =>
        (_process, _folder, Host, _reading) = (process, folder, host, reading);

    /// <summary>As images' names begin.</summary>
    public string Host { get; }

    /// <summary>Starts one; skips the test, with the reason, where it isn't installed.</summary>
    public static async Task<DockerRegistry> StartAsync(CancellationToken cancellationToken)
    {
        var folder = new TestFolder();
        await File.WriteAllTextAsync(folder["htpasswd"], Passwords, cancellationToken);
        await File.WriteAllTextAsync(
            folder["config.yml"],
            $"""
            version: 0.1
            log:
              level: info
            storage:
              filesystem:
                rootdirectory: "{folder["data"]}"
              delete:
                enabled: true
            http:
              addr: "127.0.0.1:0"
              secret: test
            auth:
              htpasswd:
                realm: test
                path: "{folder["htpasswd"]}"
            """,
            cancellationToken);
        Process process;
        try
        {
            process = System.Diagnostics.Process.Start(new ProcessStartInfo(Program, ["serve", folder["config.yml"]]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            folder.Dispose();
            Assert.Skip($"Needs {Program} (Debian package {Program}).");
            throw;
        }
        var said = new StringBuilder();
        while (await process.StandardError.ReadLineAsync(cancellationToken) is { } line)
        {
            if (Listening().Match(line) is { Success: true } match)
                // Read on, or a full pipe would stop it.
                return new(process, folder, match.Groups["host"].Value, Task.WhenAll(process.StandardError.ReadToEndAsync(CancellationToken.None), process.StandardOutput.ReadToEndAsync(CancellationToken.None)));
            said.AppendLine(line);
        }
        folder.Dispose();
        throw new InvalidOperationException($"{Program} ended: {said}");
    }

    /// <summary>Puts an index over images that are there under a tag.</summary>
    /// <returns>Its digest.</returns>
    public async Task<string> PushIndexAsync(string name, string tag, CancellationToken cancellationToken, params (string Architecture, string Digest)[] images)
    {
        var entries = new JsonArray();
        foreach (var (architecture, digest) in images)
        {
            using var manifest = await SendAsync(HttpMethod.Get, $"{name}/manifests/{digest}", null, cancellationToken);
            entries.Add(new JsonObject
            {
                ["mediaType"] = manifest.Content.Headers.ContentType!.MediaType,
                ["digest"] = digest,
                ["size"] = manifest.Content.Headers.ContentLength,
                ["platform"] = new JsonObject { ["os"] = "linux", ["architecture"] = architecture },
            });
        }
        const string type = "application/vnd.docker.distribution.manifest.list.v2+json";
        var content = new StringContent(new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = type, ["manifests"] = entries }.ToJsonString());
        content.Headers.ContentType = new(type);
        using var put = await SendAsync(HttpMethod.Put, $"{name}/manifests/{tag}", content, cancellationToken);
        return put.Headers.GetValues("Docker-Content-Digest").Single();
    }

    /// <summary>Deletes a manifest and with it the tags that point to it.</summary>
    public async Task DeleteAsync(string name, string digest, CancellationToken cancellationToken)
    {
        using var deleted = await SendAsync(HttpMethod.Delete, $"{name}/manifests/{digest}", null, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        await _reading;
        _process.Dispose();
        _folder.Dispose();
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(method, $"http://{Host}/v2/{path}") { Content = content };
        request.Headers.Accept.ParseAdd(TestImageRegistry.ManifestType);
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}")));
        return (await http.SendAsync(request, cancellationToken)).EnsureSuccessStatusCode();
    }

    [GeneratedRegex(@"listening on (?<host>127\.0\.0\.1:\d+)")]
    private static partial Regex Listening();
}
