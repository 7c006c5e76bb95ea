using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Twinrunner.Client;
using Twinrunner.Runner.Executors;
using Twinrunner.Runner.Outputs;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;
using Twinrunner.TestKit;

namespace Twinrunner.Runner.Tests.Outputs;

/// <summary>Downloads that the object store answers, under another name than the server's own for it.</summary>
public sealed class SharedDownloadTests
{
    private const string FileName = "a b;\"ü.csv";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory, InlineData(TestS3.First), InlineData(TestS3.Second)]
    public async Task A_file_comes_from_the_store_with_its_name_whole_or_in_ranges(string variable)
    {
        var server = TestS3.Get(variable);
        await using var bucket = await server.MakeBucketAsync(Cancelled);
        await using var outside = await S3FaultProxy.StartAsync(server, Cancelled);
        await using var host = await TestHost.StartAsync(settings => settings with { S3 = bucket.Options with { PublicEndpoint = outside.Address } }, Cancelled);
        var output = await LeaveAsync(host);
        var file = Assert.Single(await host.Client.AllOutputFilesAsync(output.Id.ToString(), Cancelled).ToListAsync(Cancelled));

        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = host.Address };
        using var redirect = await http.GetAsync(file.Href, Cancelled);
        Assert.Equal((HttpStatusCode.Found, "no-store"), (redirect.StatusCode, redirect.Headers.CacheControl?.ToString()));
        var address = redirect.Headers.Location!;
        Assert.Equal(outside.Address.Authority, address.Authority);
        Assert.Contains("X-Amz-Expires=300", address.Query, StringComparison.Ordinal);

        using var ranged = new HttpRequestMessage(HttpMethod.Get, address) { Headers = { Range = new RangeHeaderValue(3, 5) } };
        using var part = await http.SendAsync(ranged, Cancelled);
        Assert.Equal((HttpStatusCode.PartialContent, "345"), (part.StatusCode, await part.Content.ReadAsStringAsync(Cancelled)));
        var disposition = part.Content.Headers.ContentDisposition!;
        Assert.Equal(("attachment", FileName), (disposition.DispositionType, disposition.FileNameStar));
        Assert.Equal("application/octet-stream", part.Content.Headers.ContentType!.MediaType);

        await using var rest = await host.Client.OpenOutputFileAsync(output.Id.ToString(), FileName, from: 7, Cancelled);
        Assert.Equal("789", await new StreamReader(rest, Encoding.UTF8).ReadToEndAsync(Cancelled));

        outside.Fault = _ => S3Fault.Down;
        var unreachable = await Assert.ThrowsAsync<ServerUnreachableException>(() => host.Client.OpenOutputFileAsync(output.Id.ToString(), FileName, from: 0, Cancelled));
        Assert.Contains(outside.Address.Authority, unreachable.Message, StringComparison.Ordinal);
    }

    private static async Task<Output> LeaveAsync(TestHost host)
    {
        var step = TestSteps.Make("load", Twinrunner.Storage.Documents.StepStatus.Collecting);
        await host.Get<StepStore>().InsertAsync([step], Cancelled);
        var folders = host.Get<WorkFolders>().Create(new StepKey(step.Id, 1));
        await File.WriteAllTextAsync(Path.Combine(folders.Output, FileName), "0123456789", Cancelled);
        var collector = host.Get<OutputCollector>();
        using var patience = collector.Patience(_ => Task.CompletedTask, CancellationToken.None);
        return (await collector.CollectAsync(step, 1, folders, ResolvedInputs.Of([]), patience, Cancelled)).Main!;
    }
}
