using System.Diagnostics;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace Twinrunner.Runner.Kubernetes.Access;

/// <summary>Who we are to the API server: what goes into each request's header, and the certificate of the connection.</summary>
internal abstract class ClusterLogin
{
    /// <summary>Null: none is sent.</summary>
    public virtual ValueTask<AuthenticationHeaderValue?> HeaderAsync(CancellationToken cancellationToken) => new((AuthenticationHeaderValue?)null);

    /// <summary>Null: none is shown.</summary>
    public virtual X509Certificate2? Certificate => null;

    /// <summary>The server refused what <see cref="HeaderAsync"/> gave: ask for it anew the next time.</summary>
    public virtual void Refused()
    {
    }

    internal static X509Certificate2 ReadCertificate(string certificate, string key) => X509Certificate2.CreateFromPem(certificate, key);
}

/// <summary>What doesn't change: a certificate, a token, a name with a password, or nothing.</summary>
internal sealed class FixedLogin(AuthenticationHeaderValue? header, X509Certificate2? certificate) : ClusterLogin
{
    public override X509Certificate2? Certificate => certificate;

    public override ValueTask<AuthenticationHeaderValue?> HeaderAsync(CancellationToken cancellationToken) => new(header);
}

/// <summary>A token in a file that somebody else keeps fresh: the cluster replaces a pod's about every hour.</summary>
internal sealed class FileLogin(string path, TimeProvider time) : ClusterLogin
{
    private static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(1);

    private AuthenticationHeaderValue? _header;
    private long _readAt;

    public override async ValueTask<AuthenticationHeaderValue?> HeaderAsync(CancellationToken cancellationToken)
    {
        if (_header is { } known && time.GetElapsedTime(_readAt) < KeptFor)
            return known;
        var token = (await File.ReadAllTextAsync(path, cancellationToken)).Trim();
        _readAt = time.GetTimestamp();
        return _header = new("Bearer", token);
    }

    public override void Refused() => _header = null;
}

/// <summary>A program gives the token or the certificate, and is run again when it has run out or is refused.</summary>
internal sealed class ExecLogin(ExecPlugin plugin, TimeProvider time) : ClusterLogin, IDisposable
{
    private const string OldestVersion = "client.authentication.k8s.io/v1beta1";
    private const int MostOutput = 1024 * 1024;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Early = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _turn = new(1);
    private ExecStatus? _status;
    private X509Certificate2? _certificate;

    public override X509Certificate2? Certificate => _certificate;

    public void Dispose() => _turn.Dispose();

    public override void Refused() => _status = null;

    public override async ValueTask<AuthenticationHeaderValue?> HeaderAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_status is null || _status.ExpirationTimestamp - Early < time.GetUtcNow())
            {
                _status = await RunAsync(cancellationToken);
                _certificate = _status is { ClientCertificateData: { } certificate, ClientKeyData: { } key } ? ReadCertificate(certificate, key) : null;
            }
            return _status.Token is { } token ? new("Bearer", token) : null;
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<ExecStatus> RunAsync(CancellationToken cancellationToken)
    {
        var version = plugin.ApiVersion ?? OldestVersion;
        var start = new ProcessStartInfo(plugin.Command ?? "", plugin.Args) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var variable in plugin.Env)
            start.Environment[variable.Name] = variable.Value;
        start.Environment["KUBERNETES_EXEC_INFO"] = JsonSerializer.Serialize(
            new() { ApiVersion = version, Kind = "ExecCredential", Spec = new(Interactive: false) }, KubeConfigJson.Default.ExecCredential);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var timer = time.CreateTimer(_ => limit.Cancel(), null, Limit, Timeout.InfiniteTimeSpan);
        try
        {
            using var process = Process.Start(start)!;
            await using var killing = limit.Token.Register(() => process.Kill(entireProcessTree: true));
            process.StandardInput.Close();
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            if (process.ExitCode != 0 || output.Length > MostOutput)
                throw new KubernetesException($"'{plugin.Command}', which gives the cluster's credentials, ended with exit code {process.ExitCode}: {(await errors).Trim()}");
            var credential = JsonSerializer.Deserialize(output, KubeConfigJson.Default.ExecCredential);
            return credential?.Status ?? throw new KubernetesException($"'{plugin.Command}' gave no credentials.");
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or JsonException or IOException)
        {
            throw new KubernetesException($"'{plugin.Command}', which gives the cluster's credentials, can't be used: {e.Message}. {plugin.InstallHint}".TrimEnd(), e);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new KubernetesException($"'{plugin.Command}', which gives the cluster's credentials, took longer than {Limit.TotalSeconds} s.");
        }
    }
}
