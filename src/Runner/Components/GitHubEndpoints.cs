using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Twinrunner.Client;
using Twinrunner.Registry.GitHub;

namespace Twinrunner.Runner.Components;

internal static class GitHubEndpoints
{
    public static void MapGitHubEndpoints(this IEndpointRouteBuilder api) =>
        api.MapGet("/registry/github", ListAsync).WithTags("Registry").WithName("ListGitHubQuotas")
            .WithSummary("What is left of GitHub's limits for each login, asked of GitHub now");

    private static async Task<Ok<Page<GitHubQuotaView>>> ListAsync(GitHubQuotaReports reports, CancellationToken cancellationToken) =>
        TypedResults.Ok(new Page<GitHubQuotaView>([.. (await reports.ListAsync(cancellationToken)).Select(ToView)]));

    private static GitHubQuotaView ToView(GitHubQuotaReport report) => new()
    {
        Host = report.Host,
        Owner = report.Owner,
        Identity = report.Identity,
        Limit = report.State.Limit,
        Remaining = report.State.Remaining,
        ResetsAt = report.State.ResetsAt,
        WaitsUntil = report.State.WaitsUntil,
        Problem = report.Problem,
    };
}
