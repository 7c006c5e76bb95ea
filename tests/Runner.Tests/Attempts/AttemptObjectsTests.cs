using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Twinrunner.Runner.Attempts;
using Twinrunner.Storage.Objects;

namespace Twinrunner.Runner.Tests.Attempts;

/// <summary>How a helper stores objects: at addresses that it is given, of a store that wants to know the length.</summary>
public sealed class AttemptObjectsTests : IAsyncLifetime
{
    private readonly List<(long? Length, string Body)> _stored = [];
    private WebApplication _server = null!;
    private AttemptClient _client = null!;
    private AttemptObjects _objects = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _server = builder.Build();
        _server.MapPost("/api/v1/attempt/uploads", (HttpContext context) =>
            context.Response.WriteAsJsonAsync(new UploadAddress("store/object"), AttemptJson.Default.UploadAddress, cancellationToken: context.RequestAborted));
        _server.MapPut("/store/object", async (HttpContext context) =>
            _stored.Add((context.Request.ContentLength, await new StreamReader(context.Request.Body).ReadToEndAsync(context.RequestAborted))));
        await _server.StartAsync(Cancel);
        _client = new(new Uri(_server.Urls.First()), "token", TimeProvider.System);
        _objects = new(_client, new Dictionary<string, string>(), TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task What_is_made_while_it_is_sent_is_kept_first_so_that_its_length_is_known()
    {
        var info = await _objects.PutAsync("key", Content("a manifest"), new(), Cancel);
        Assert.Equal(((long?)10, "a manifest"), Assert.Single(_stored));
        Assert.Equal(10, info.Size);
    }

    [Fact]
    public async Task What_is_read_from_its_owner_stays_its_owners()
    {
        using var content = Content("a file");
        await _objects.PutAsync("key", content, new(6), Cancel);
        Assert.Equal(((long?)6, "a file"), Assert.Single(_stored));
        Assert.Equal(6, content.Position); // not closed
    }

    [Fact]
    public async Task What_is_not_what_it_was_said_to_be_is_refused() =>
        await Assert.ThrowsAsync<ObjectStoreException>(() => _objects.PutAsync("key", Content("changed"), new(7) { Sha256 = new('0', 64) }, Cancel));

    private static MemoryStream Content(string text) => new(Encoding.UTF8.GetBytes(text));
}
