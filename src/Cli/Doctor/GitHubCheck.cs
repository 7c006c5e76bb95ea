using Twinrunner.Cli.Servers;
using Twinrunner.Client;

namespace Twinrunner.Cli.Doctor;

/// <summary>Asks the server that is there whether its logins at GitHub work, and what is left of their limits.</summary>
internal static class GitHubCheck
{
    /// <summary>One for each login; none where no server is there, which the check of the server has said.</summary>
    public static async Task<IReadOnlyList<Finding>> RunAsync(ServerChoice choice, TimeProvider time, CancellationToken cancellationToken)
    {
        if ((choice.Address ?? await ServingProcess.FindAsync(choice.DataFolder, choice.Token, time, cancellationToken)) is not { } address)
            return [];
        using var client = RunnerClient.Create(address, choice.Token);
        try
        {
            return [.. (await client.ListGitHubQuotasAsync(cancellationToken)).Items.Select(Describe)];
        }
        catch (Exception failure) when (failure is ApiException or ServerUnreachableException)
        {
            return [];
        }
    }

    internal static Finding Describe(GitHubQuotaView quota)
    {
        var who = $"{quota.Host}{(quota.Owner is { } owner ? $"/{owner}" : "")} as {quota.Identity}";
        // Who has stored no login may be without a way to the internet on purpose.
        if (quota.Problem is { } problem)
            return new("github", quota.Identity == "anonymous", $"{who}: {problem}");
        if (quota.Limit is not { } limit)
            return new("github", true, $"{who}: no limit is known");
        var left = $"{who}: {quota.Remaining:N0} of {limit:N0} requests left{(quota.ResetsAt is { } reset ? $" until {reset.UtcDateTime:HH:mm} UTC" : "")}";
        return new("github", true, quota.WaitsUntil is { } until ? $"{left}; it goes on at {until.UtcDateTime:HH:mm:ss} UTC" : left);
    }
}
