using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Twinrunner.Runner.Kubernetes;
using Twinrunner.Runner.Kubernetes.Access;
using Twinrunner.TestKit;

namespace Twinrunner.Runner.Tests.Kubernetes;

public sealed class ClusterAccessTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("twinrunner-kubeconfig-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Files_are_merged_and_the_first_that_names_a_thing_wins()
    {
        var first = Write("first", """
            current-context: two
            contexts:
            - {name: one, context: {cluster: c, user: a}}
            users:
            - {name: b, user: {token: from-first}}
            """);
        var second = Write("second", """
            current-context: one
            contexts:
            - {name: two, context: {cluster: c, user: b, namespace: steps}}
            users:
            - {name: a, user: {token: "123"}}
            - {name: b, user: {token: from-second}}
            clusters:
            - {name: c, cluster: {server: 'https://cluster.test:6443/path', proxy-url: 'http://proxy.test:3128', insecure-skip-tls-verify: true, tls-server-name: inner.test}}
            """);
        var access = ClusterAccess.Find(null, null, Variables(("KUBECONFIG", $"{first}:{Path.Combine(_folder, "missing")}:{second}")), TimeProvider.System);
        Assert.Equal(("https://cluster.test:6443/path/", "steps", "inner.test"), (access.Server.ToString(), access.Namespace, access.TlsServerName));
        Assert.Equal("http://proxy.test:3128/", access.Proxy!.ToString());
        Assert.True(access.SkipTlsCheck);
        Assert.Equal("from-first", (await access.Login.HeaderAsync(Cancel))!.Parameter);
        var other = ClusterAccess.Find(null, "one", Variables(("KUBECONFIG", $"{first}:{second}")), TimeProvider.System);
        Assert.Equal("123", (await other.Login.HeaderAsync(Cancel))!.Parameter);
    }

    [Fact]
    public void Certificates_are_read_from_data_and_from_files_beside_the_kubeconfig()
    {
        using var key = ECDsa.Create();
        using var made = new CertificateRequest("CN=me", key, HashAlgorithmName.SHA256).CreateSelfSigned(TimeProvider.System.GetUtcNow(), TimeProvider.System.GetUtcNow().AddDays(1));
        Write("me.pem", made.ExportCertificatePem());
        var file = Write("config", $$"""
            current-context: x
            contexts: [{name: x, context: {cluster: c, user: u} } ]
            clusters: [{name: c, cluster: {server: "https://c.test", certificate-authority: me.pem} } ]
            users: [{name: u, user: {client-certificate: me.pem, client-key-data: {{Convert.ToBase64String(Encoding.UTF8.GetBytes(key.ExportPkcs8PrivateKeyPem()))}} } }]
            """);
        var access = ClusterAccess.Find(file, null, _ => null, TimeProvider.System);
        Assert.Equal("CN=me", access.Login.Certificate!.Subject);
        Assert.True(access.Login.Certificate.HasPrivateKey);
        Assert.Equal("CN=me", Assert.Single(access.Authorities!).Subject);
    }

    [Fact]
    public async Task A_token_file_is_read_again()
    {
        var token = Write("token", "one\n");
        var time = new ManualTime();
        var login = new FileLogin(token, time);
        Assert.Equal("one", (await login.HeaderAsync(Cancel))!.Parameter);
        Write("token", "two");
        Assert.Equal("one", (await login.HeaderAsync(Cancel))!.Parameter);
        login.Refused();
        Assert.Equal("two", (await login.HeaderAsync(Cancel))!.Parameter);
        Write("token", "three");
        time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("three", (await login.HeaderAsync(Cancel))!.Parameter);
    }

    [Fact]
    public async Task A_plugin_is_run_again_when_its_token_runs_out()
    {
        var time = new ManualTime();
        var runs = Path.Combine(_folder, "runs");
        var script = $$$"""echo x >> {{{runs}}}; test -n "$KUBERNETES_EXEC_INFO" && printf '{"status":{"token":"t%s","expirationTimestamp":"%s"}}' "$(grep -c x {{{runs}}})" "$EXPIRES" """;
        var expires = time.GetUtcNow().AddMinutes(10).ToString("O");
        using var login = new ExecLogin(new() { Command = "/bin/sh", Args = ["-c", script], Env = [new("EXPIRES", expires)] }, time);
        Assert.Equal("t1", (await login.HeaderAsync(Cancel))!.Parameter);
        Assert.Equal("t1", (await login.HeaderAsync(Cancel))!.Parameter);
        time.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal("t2", (await login.HeaderAsync(Cancel))!.Parameter);
        using var missing = new ExecLogin(new() { Command = "/no/such/plugin", InstallHint = "Install it." }, time);
        Assert.EndsWith("Install it.", (await Assert.ThrowsAsync<KubernetesException>(() => missing.HeaderAsync(Cancel).AsTask())).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("current-context: x\ncontexts: [{name: y}]", "no context 'x'")]
    [InlineData("current-context: x\ncontexts: [{name: x, context: {cluster: c}}]", "no cluster 'c'")]
    [InlineData("a: [", "line")]
    [InlineData("current-context: [1]", "can't be read")]
    public void What_is_wrong_with_a_kubeconfig_is_said(string text, string part)
    {
        var file = Write("config", text);
        Assert.Contains(part, Assert.Throws<FormatException>(() => ClusterAccess.Find(file, null, _ => null, TimeProvider.System)).Message, StringComparison.Ordinal);
    }

    private static Func<string, string?> Variables(params (string Name, string Value)[] all) => name => all.FirstOrDefault(pair => pair.Name == name).Value;

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
