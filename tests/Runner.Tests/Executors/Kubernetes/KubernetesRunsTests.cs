using System.Net;
using System.Net.Sockets;
using System.Text;
using Twinrunner.Runner.Attempts;
using Twinrunner.Runner.Executions;
using Twinrunner.Runner.Executors;
using Twinrunner.Runner.Kubernetes.Resources;
using Twinrunner.Runner.Logs;
using Twinrunner.Runner.Outputs.Manifests;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Objects;
using Twinrunner.Storage.Stores;
using Twinrunner.TestKit;
using Twinrunner.TestKit.Executors;

namespace Twinrunner.Runner.Tests.Executors.Kubernetes;

/// <summary>Whole executions on a real cluster, by a whole server outside of it: files go through the helpers, which reach it on the cluster's bridge.</summary>
public sealed class KubernetesRunsTests : IAsyncLifetime
{
    /// <summary>Of the test cluster's bridge: this machine as pods see it.</summary>
    private const string Host = "10.250.0.1";

    private TestHost _host = null!;
    private string _image = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var kubeconfig = TestCluster.Kubeconfig;
        var helper = TestCluster.HelperImage;
        _image = await TestCluster.EnsureImageAsync(Cancel);
        await TestCluster.LoadAsync(helper, Cancel);
        var address = new Uri($"http://{Host}:{FreePort()}");
        _host = await TestHost.StartAsync(settings => settings with
        {
            Urls = [address.ToString().TrimEnd('/')],
            Token = "a-token-of-these-tests",
            RunSteps = true,
            Executor = "kubernetes",
            Kubernetes = new() { Kubeconfig = kubeconfig, Namespace = "default", HelperImage = helper, ApiUrl = address },
        }, Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
            await _host.DisposeAsync();
    }

    [Fact]
    public async Task Files_and_values_go_from_step_to_step_and_no_Job_is_left()
    {
        var execution = await RunAsync("""
            steps:
              first:
                image: IMAGE
                script: |
                  mkdir -p "$ODTP_OUTPUT/a"
                  echo hello > "$ODTP_OUTPUT/a/b c.txt"
                  ln -s "a/b c.txt" "$ODTP_OUTPUT/link"
                  chmod 750 "$ODTP_OUTPUT/a/b c.txt"
                  echo note > "$ODTP_LOGS/note"
                  echo rows=12 >> "$TWIN_OUTPUTS"
                  id -u
              second:
                image: IMAGE
                needs: [first]
                inputs: [{from: first}]
                env: {ROWS: "${{ steps.first.outputs.rows }}"}
                script: |
                  cat "$ODTP_INPUT/link"; echo "rows $ROWS"; cp "$ODTP_INPUT/a/b c.txt" "$ODTP_OUTPUT/copy"
                outputs: copy
            """);
        Assert.Equal(ExecutionStatus.Succeeded, execution.Status);
        Assert.Equal(["10001"], await LogAsync(execution, "first"));
        Assert.Equal(["hello", "rows 12"], await LogAsync(execution, "second"));
        Assert.Equal("hello\n", await ReadAsync(execution, "second", "copy"));
        Assert.Equal(["logs", "output"], (await OutputsAsync(execution, "first")).Select(output => output.OutputType).Order());
        await NothingIsLeftAsync(execution);
    }

    [Fact]
    public async Task What_a_failed_and_a_stopped_step_left_is_kept()
    {
        var execution = await RunAsync("""
            keep-going: true
            steps:
              fails: {image: "IMAGE", script: "echo x > $ODTP_OUTPUT/partial; exit 3"}
              overruns:
                image: IMAGE
                timeouts: {running: 3s}
                grace: 20s
                script: |
                  trap 'echo ended > "$ODTP_OUTPUT/ended"; exit 9' TERM
                  while :; do sleep 0.1; done
            """);
        Assert.Equal(ExecutionStatus.Failed, execution.Status);
        Assert.Equal(FailureReason.ExitCode, (await StepAsync(execution, "fails")).Reason);
        Assert.Equal(FailureReason.TimedOut, (await StepAsync(execution, "overruns")).Reason);
        Assert.Equal("x\n", await ReadAsync(execution, "fails", "partial"));
        Assert.Equal("ended\n", await ReadAsync(execution, "overruns", "ended"));
    }

    [Fact]
    public async Task A_step_goes_on_when_its_server_restarts_and_its_log_has_no_hole()
    {
        var execution = await SubmitAsync("""
            steps:
              counts: {image: IMAGE, script: "i=0; while [ $i -lt 60 ]; do echo $i; i=$((i+1)); sleep 0.1; done; echo done > $ODTP_OUTPUT/done"}
            """);
        await WhenAsync(async () => (await LogAsync(execution, "counts")).Length > 5);
        await _host.RestartAsync(Cancel);
        execution = await EndAsync(execution);
        Assert.Equal(ExecutionStatus.Succeeded, execution.Status);
        Assert.Equal(Enumerable.Range(0, 60).Select(number => number.ToString()), await LogAsync(execution, "counts"));
        Assert.Equal("done\n", await ReadAsync(execution, "counts", "done"));
        Assert.Single((await StepAsync(execution, "counts")).Attempts);
    }

    [Fact]
    public async Task The_token_of_an_attempt_opens_nothing_else()
    {
        using var http = new HttpClient { BaseAddress = _host.Address };
        var tokens = _host.Get<AttemptTokens>();
        http.DefaultRequestHeaders.Authorization = new("Bearer", tokens.Issue(new(Id<Step>.New(TimeProvider.System), 1)));
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync(new Uri("api/v1/executions", UriKind.Relative), Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, (await http.GetAsync(new Uri("api/v1/attempt", UriKind.Relative), Cancel)).StatusCode);
        var address = "api/v1/attempt/objects" + tokens.SignObject(PresignedVerb.Get, "some/key");
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(new Uri(address, UriKind.Relative), Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await http.GetAsync(new Uri(address.Replace("some", "other", StringComparison.Ordinal), UriKind.Relative), Cancel)).StatusCode);
        http.DefaultRequestHeaders.Authorization = new("Bearer", "twst.x.1.9999999999.abc");
        Assert.Equal(HttpStatusCode.Forbidden, (await http.GetAsync(new Uri("api/v1/attempt", UriKind.Relative), Cancel)).StatusCode);
    }

    private async Task<Execution> RunAsync(string spec) => await EndAsync(await SubmitAsync(spec));

    private async Task<Execution> SubmitAsync(string spec)
    {
        var submitted = await _host.Get<ExecutionService>().SubmitAsync(new(spec.Replace("IMAGE", _image, StringComparison.Ordinal)), Cancel);
        Assert.True(submitted.Execution is not null, string.Join("\n", submitted.Faults));
        return submitted.Execution;
    }

    private async Task<Execution> EndAsync(Execution execution)
    {
        await WhenAsync(async () => (execution = (await _host.Get<ExecutionStore>().GetAsync(execution.Id, Cancel))!).Status.IsFinal());
        return execution;
    }

    private static async Task WhenAsync(Func<Task<bool>> look)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        patience.CancelAfter(TimeSpan.FromSeconds(90));
        while (!await look())
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, patience.Token);
    }

    private async Task<Step> StepAsync(Execution execution, string name) => (await _host.Get<StepStore>().FindByNameAsync(execution.Id, name, Cancel))!;

    /// <summary>The step's own lines.</summary>
    private async Task<string[]> LogAsync(Execution execution, string name)
    {
        var lines = new List<string>();
        await foreach (var line in _host.Get<StepLogs>().ReadAsync((await StepAsync(execution, name)).Id, 1, 1, follow: false, Cancel))
        {
            if (line.Stream != LogStream.Runner)
                lines.Add(Encoding.UTF8.GetString(line.Bytes.Span));
        }
        return [.. lines];
    }

    private async Task<IReadOnlyList<Output>> OutputsAsync(Execution execution, string name) =>
        await _host.Get<OutputStore>().FindByStepAsync((await StepAsync(execution, name)).Id, Cancel);

    private async Task<string> ReadAsync(Execution execution, string name, string path)
    {
        var main = (await OutputsAsync(execution, name)).Single(output => output.OutputType == "output");
        await foreach (var entry in _host.Get<ManifestReader>().ReadAsync(main, Cancel))
        {
            if (entry.Path == path)
                return await new StreamReader((await _host.Get<IObjectStore>().GetAsync(entry.Key!, null, Cancel))!).ReadToEndAsync(Cancel);
        }
        throw new FileNotFoundException($"'{path}' is not among the outputs of {name}.");
    }

    private async Task NothingIsLeftAsync(Execution execution)
    {
        using var api = new KubernetesRig().OpenApi();
        await WhenAsync(async () =>
        {
            var count = 0;
            await foreach (var _ in api.ListAsync(ResourceKinds.Jobs, "default", $"twinrunner.execution={execution.Id}", Cancel))
                count++;
            await foreach (var _ in api.ListAsync(ResourceKinds.Secrets, "default", $"twinrunner.execution={execution.Id}", Cancel))
                count++;
            return count == 0;
        });
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Parse(Host), 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
