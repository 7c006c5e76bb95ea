using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Twinrunner.TestKit;

/// <summary>Serves the git repositories below a folder over http or https, as a web server with <c>git http-backend</c> does.</summary>
public sealed class GitHttpHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _root;

    private GitHttpHost(WebApplication app, string root)
    {
        _app = app;
        _root = root;
    }

    /// <summary>Ends in a slash.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>Paths with their query that were asked for.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    /// <summary><c>user:password</c> that every request must carry; null: none.</summary>
    public string? Login { get; set; }

    /// <summary>Answers in the server's place where it returns true.</summary>
    public Func<HttpContext, bool>? Answer { get; set; }

    public static async Task<GitHttpHost> StartAsync(string root, TestCertificate? certificate, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            if (certificate is not null)
                listen.UseHttps(certificate.Certificate);
        }));
        var app = builder.Build();
        var host = new GitHttpHost(app, root);
        app.Run(host.HandleAsync);
        await app.StartAsync(cancellationToken);
        var bound = new Uri(app.Urls.Single());
        host.Address = new($"{(certificate is null ? "http" : "https")}://127.0.0.1:{bound.Port}/");
        return host;
    }

    public string UrlOf(string repository) => $"{Address}{repository}";

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        Requests.Enqueue(context.Request.Path + context.Request.QueryString);
        if (Answer?.Invoke(context) == true)
            return;
        if (Login is { } login && context.Request.Headers.Authorization != "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(login)))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"git\"";
            return;
        }
        await RunBackendAsync(context);
    }

    private async Task RunBackendAsync(HttpContext context)
    {
        var request = context.Request;
        var start = new ProcessStartInfo("git", ["http-backend"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var (name, value) in new (string, string?)[]
        {
            ("GIT_PROJECT_ROOT", _root), ("GIT_HTTP_EXPORT_ALL", "1"), ("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ("GIT_CONFIG_COUNT", "2"), ("GIT_CONFIG_KEY_0", "safe.directory"), ("GIT_CONFIG_VALUE_0", "*"),
            ("GIT_CONFIG_KEY_1", "uploadpack.allowAnySHA1InWant"), ("GIT_CONFIG_VALUE_1", "true"),
            ("REQUEST_METHOD", request.Method), ("PATH_INFO", request.Path), ("QUERY_STRING", request.QueryString.Value?.TrimStart('?')),
            ("CONTENT_TYPE", request.ContentType), ("HTTP_CONTENT_ENCODING", request.Headers.ContentEncoding), ("GIT_PROTOCOL", request.Headers["Git-Protocol"]),
            ("CONTENT_LENGTH", request.ContentLength?.ToString(CultureInfo.InvariantCulture)), ("REMOTE_ADDR", "127.0.0.1"),
        })
            start.Environment[name] = value ?? "";
        using var process = Process.Start(start)!;
        var sending = SendAsync(request.Body, process);
        await using var output = new BufferedStream(process.StandardOutput.BaseStream);
        while (ReadLine(output) is { Length: > 0 } header)
        {
            var colon = header.IndexOf(':');
            var (name, value) = (header[..colon], header[(colon + 1)..].Trim());
            if (name == "Status")
                context.Response.StatusCode = int.Parse(value.Split(' ')[0], CultureInfo.InvariantCulture);
            else
                context.Response.Headers[name] = value;
        }
        await output.CopyToAsync(context.Response.Body, context.RequestAborted);
        await sending;
        await process.WaitForExitAsync(context.RequestAborted);
    }

    private static async Task SendAsync(Stream body, Process process)
    {
        await using var input = process.StandardInput.BaseStream;
        try
        {
            await body.CopyToAsync(input);
        }
        catch (IOException)
        {
            // The backend had enough.
        }
    }

    private static string ReadLine(Stream stream)
    {
        var line = new StringBuilder();
        for (int read; (read = stream.ReadByte()) is not (-1 or '\n');)
            if (read != '\r')
                line.Append((char)read);
        return line.ToString();
    }
}
