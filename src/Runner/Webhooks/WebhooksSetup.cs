using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Twinrunner.Client;
using Twinrunner.Runner.Api;

namespace Twinrunner.Runner.Webhooks;

public static class WebhooksSetup
{
    public static IServiceCollection AddWebhooks(this IServiceCollection services, WebhookOptions options) =>
        services.AddSingleton(options).AddSingleton<GitHubWebhook>();

    public static void MapWebhooks(this IEndpointRouteBuilder api) =>
        api.MapPost(GitHubWebhook.Path, TakeGitHubAsync).WithTags("Webhooks").WithName("TakeGitHubWebhook")
            .WithSummary("Take a delivery of a GitHub webhook; its signature takes the place of a token");

    private static Task<Results<Accepted<WebhookView>, Problem>> TakeGitHubAsync(GitHubWebhook webhook, HttpRequest request, CancellationToken cancellationToken) =>
        webhook.TakeAsync(request, cancellationToken);
}
