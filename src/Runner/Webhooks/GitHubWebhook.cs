using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Logging;
using Twinrunner.Client;
using Twinrunner.Registry.Sync;
using Twinrunner.Runner.Api;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Runner.Webhooks;

/// <summary>
/// Takes deliveries of GitHub's webhooks. Their signature takes the place of the server's token. A delivery says no more than that a
/// repository has changed: what it looks like is read from GitHub by the sync, so that nothing in a body has to be believed.
/// </summary>
internal sealed partial class GitHubWebhook(WebhookOptions options, ISyncRequests sync, IdempotencyStore deliveries, ILogger<GitHubWebhook> logger) : IDisposable
{
    public const string Path = "/webhooks/github";

    /// <summary>GitHub's own limit.</summary>
    private const long MaxBodyBytes = 25 << 20;

    /// <summary>Of a longer body the rest waits in a temporary file: senders are unknown until all of it was read.</summary>
    private const int BodyBytesInMemory = 64 << 10;

    /// <summary>Longer bodies at once: what anybody may write to this machine's disk without knowing the secret.</summary>
    internal const int LongBodies = 8;

    private readonly SemaphoreSlim _longBodies = new(LongBodies);

    public async Task<Results<Accepted<WebhookView>, Problem>> TakeAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (options.GitHubSecrets.Count == 0)
            return Problem.NotFound("This server takes no webhooks: no secret is set (setting githubWebhookSecretFile).");
        if (!Guid.TryParse(request.Headers["X-GitHub-Delivery"], out var delivery) || request.Headers["X-GitHub-Event"] is not [{ Length: > 0 and <= 100 } name])
            return Problem.InvalidRequest("A delivery of GitHub has the headers X-GitHub-Delivery and X-GitHub-Event.");
        if (!request.HasJsonContentType())
            return Problem.UnsupportedMediaType("Set the webhook's content type to application/json.");
        if (GitHubSignature.Parse(request.Headers[GitHubSignature.Header]) is not { } signature)
            return Problem.Unauthorized($"The delivery isn't signed ({GitHubSignature.Header}): enter the server's secret in the webhook's settings.");

        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = MaxBodyBytes;
        if (request.ContentLength <= BodyBytesInMemory)
            return await VerifyAsync(request, delivery, name, signature, cancellationToken);
        if (!_longBodies.Wait(TimeSpan.Zero, CancellationToken.None))
            return Problem.Unavailable("Too many long deliveries come at once: use Redeliver in a moment.");
        try
        {
            return await VerifyAsync(request, delivery, name, signature, cancellationToken);
        }
        finally
        {
            _longBodies.Release();
        }
    }

    public void Dispose() => _longBodies.Dispose();

    private async Task<Results<Accepted<WebhookView>, Problem>> VerifyAsync(
        HttpRequest request, Guid delivery, string name, byte[] signature, CancellationToken cancellationToken)
    {
        request.EnableBuffering(BodyBytesInMemory, MaxBodyBytes);
        if (!await GitHubSignature.MatchesAsync(request.Body, signature, options.GitHubSecrets, cancellationToken))
        {
            Forged(delivery, request.HttpContext.Connection.RemoteIpAddress?.ToString());
            return Problem.Unauthorized("The signature is wrong: the webhook's secret is not the server's.");
        }
        request.Body.Position = 0;
        return await ApplyOnceAsync(delivery, name, request.Body, signature, cancellationToken);
    }

    private async Task<Results<Accepted<WebhookView>, Problem>> ApplyOnceAsync(
        Guid delivery, string name, Stream body, byte[] signature, CancellationToken cancellationToken)
    {
        if (name == "ping")
            return Taken(0, "The webhook is set up.");
        if (!GitHubDelivery.Follows(name))
            return Taken(0, $"Nothing follows '{name}' here: push, create, delete, release, registry_package and repository are enough.");
        var content = await ReadAsync(body, cancellationToken);
        var (earlier, isNew) = await deliveries.BeginAsync($"github-delivery {delivery}", Convert.ToHexStringLower(signature), cancellationToken);
        if (!isNew)
            return Taken(0, "This delivery was taken before.");
        try
        {
            var components = 0;
            foreach (var address in content.Addresses())
                components += await sync.RequestAsync(address, cancellationToken);
            await deliveries.CompleteAsync(earlier, new IdempotentResponse(StatusCodes.Status202Accepted, null, null, []), CancellationToken.None);
            TakenInto(delivery, name, content.Repository?.HtmlUrl, components);
            return Taken(components, components > 0 ? "The repository is looked at now." : "No component comes from this repository.");
        }
        catch
        {
            await deliveries.AbandonAsync(earlier, CancellationToken.None); // GitHub's "Redeliver" may try again
            throw;
        }
    }

    private static async Task<GitHubDelivery> ReadAsync(Stream body, CancellationToken cancellationToken)
    {
        try
        {
            return await JsonSerializer.DeserializeAsync(body, GitHubDeliveryJson.Default.GitHubDelivery, cancellationToken) ?? new();
        }
        catch (JsonException exception)
        {
            throw new JsonRequestException(exception);
        }
    }

    private static Accepted<WebhookView> Taken(int components, string message) =>
        TypedResults.Accepted((string?)null, new WebhookView { Components = components, Message = message });

    [LoggerMessage(LogLevel.Debug, "GitHub's delivery {Delivery} ({Event}) of {Repository} makes {Components} components due")]
    private partial void TakenInto(Guid delivery, string @event, string? repository, int components);

    [LoggerMessage(LogLevel.Warning, "A delivery {Delivery} from {Address} that claims to be GitHub's has a wrong signature")]
    private partial void Forged(Guid delivery, string? address);
}
