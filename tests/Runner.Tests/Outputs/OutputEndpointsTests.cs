using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using Twinrunner.Client;
using Twinrunner.Runner.Executors;
using Twinrunner.Runner.Outputs;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;
using Twinrunner.TestKit;

namespace Twinrunner.Runner.Tests.Outputs;

public sealed class OutputEndpointsTests : IAsyncLifetime
{
    private TestHost _host = null!;
    private Output _output = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = await TestHost.StartAsync(Cancelled);
        var step = TestSteps.Make("load[0]", Twinrunner.Storage.Documents.StepStatus.Collecting);
        await _host.Get<StepStore>().InsertAsync([step], Cancelled);
        var folders = _host.Get<WorkFolders>().Create(new StepKey(step.Id, 1));
        Directory.CreateDirectory(Path.Combine(folders.Output, "data"));
        Directory.CreateDirectory(Path.Combine(folders.Output, "empty"));
        await File.WriteAllTextAsync(Path.Combine(folders.Output, "data", "a b%2F#ü.csv"), "0123456789", Cancelled);
        await File.WriteAllTextAsync(Path.Combine(folders.Output, "page\n.html"), "<script>", Cancelled);
        File.CreateSymbolicLink(Path.Combine(folders.Output, "link"), "data");
        var collector = _host.Get<OutputCollector>();
        using var patience = collector.Patience(_ => Task.CompletedTask, CancellationToken.None);
        _output = (await collector.CollectAsync(step, 1, folders, ResolvedInputs.Of([]), patience, Cancelled)).Main!;
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Files_are_listed_in_pages_and_each_can_be_fetched_by_its_href()
    {
        var outputs = await _host.Client.ListOutputsAsync(_output.StepRef, Cancelled);
        Assert.Equal(2, Assert.Single(outputs.Items).FileCount);

        var first = await _host.Client.ListOutputFilesAsync(_output.Id.ToString(), null, 2, Cancelled);
        Assert.Equal(["data/a b%2F#ü.csv", "empty"], first.Items.Select(file => file.Path));
        var all = await _host.Client.AllOutputFilesAsync(_output.Id.ToString(), Cancelled).ToListAsync(Cancelled);
        Assert.Equal(4, all.Count);
        foreach (var file in all.Where(file => file.Kind == OutputFileKind.File))
            Assert.Equal(file.Size, (await _host.Http.GetByteArrayAsync(file.Href, Cancelled)).Length);
    }

    [Fact]
    public async Task A_file_comes_whole_or_in_ranges_and_is_never_shown()
    {
        var href = $"/api/v1/outputs/{_output.Id}/files/data/{Uri.EscapeDataString("a b%2F#ü.csv")}";
        using var whole = await _host.Http.GetAsync(href, Cancelled);
        Assert.Equal("0123456789", await whole.Content.ReadAsStringAsync(Cancelled));
        Assert.Equal("attachment", whole.Content.Headers.ContentDisposition!.DispositionType);
        Assert.Equal("nosniff", whole.Headers.GetValues("X-Content-Type-Options").Single());

        using var request = new HttpRequestMessage(HttpMethod.Get, href) { Headers = { Range = new RangeHeaderValue(3, 5) } };
        using var part = await _host.Http.SendAsync(request, Cancelled);
        Assert.Equal((HttpStatusCode.PartialContent, "345"), (part.StatusCode, await part.Content.ReadAsStringAsync(Cancelled)));

        using var again = new HttpRequestMessage(HttpMethod.Get, href) { Headers = { IfNoneMatch = { whole.Headers.ETag! } } };
        using var unchanged = await _host.Http.SendAsync(again, Cancelled);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);

        await using var rest = await _host.Client.OpenOutputFileAsync(_output.Id.ToString(), "data/a b%2F#ü.csv", 7, Cancelled);
        Assert.Equal("789", await new StreamReader(rest).ReadToEndAsync(Cancelled));
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("empty")]
    [InlineData("link")]
    [InlineData("..%2f..%2fsecrets.key")]
    [InlineData("data")]
    public async Task What_is_no_file_of_the_output_is_not_found(string path)
    {
        using var response = await _host.Http.GetAsync($"/api/v1/outputs/{_output.Id}/files/{path}", Cancelled);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task All_of_it_is_one_zip_with_links_folders_and_safe_names()
    {
        await using var download = await _host.Client.OpenOutputArchiveAsync(_output.Id.ToString(), Cancelled);
        var bytes = new MemoryStream();
        await download.CopyToAsync(bytes, Cancelled);
        using var zip = new ZipArchive(bytes);
        Assert.Equal(["data/a b%2F#ü.csv", "empty/", "link"], zip.Entries.Select(entry => entry.FullName).Take(3));
        Assert.Matches(@"^page_\.html~[0-9a-f]{8}$", zip.Entries[3].FullName);
        Assert.Equal(0xA000, (zip.Entries[2].ExternalAttributes >> 16) & 0xF000);
        await using var content = await zip.Entries[0].OpenAsync(Cancelled);
        Assert.Equal("0123456789", await new StreamReader(content).ReadToEndAsync(Cancelled));
    }
}
