using Twinrunner.Client;

namespace Twinrunner.Cli.Twins;

/// <summary>Digital twins and users go by name or id.</summary>
internal static class TwinNaming
{
    public static async Task<string> IdAsync(RunnerClient client, string nameOrId, CancellationToken cancellationToken) =>
        (await FindAsync(client, nameOrId, cancellationToken)).Id;

    public static async Task<DigitalTwinView> FindAsync(RunnerClient client, string nameOrId, CancellationToken cancellationToken)
    {
        var named = await client.ListDigitalTwinsAsync(user: null, nameOrId, after: null, limit: 2, cancellationToken);
        return named.Items switch
        {
            [var one] => one,
            [] => await client.FindDigitalTwinAsync(nameOrId, cancellationToken)
                ?? throw CliError.NotFound($"there is no digital twin '{nameOrId}'", "twin dt list shows what there is"),
            _ => throw CliError.NotFound($"several digital twins are called '{nameOrId}'", "name it by its id: twin dt list"),
        };
    }

    public static async Task<string> UserIdAsync(RunnerClient client, string nameOrId, CancellationToken cancellationToken)
    {
        var named = await client.ListUsersAsync(nameOrId, after: null, limit: 1, cancellationToken);
        return named.Items is [var one, ..] ? one.Id
            : (await client.FindUserAsync(nameOrId, cancellationToken))?.Id
                ?? throw CliError.NotFound($"there is no user '{nameOrId}'", "twin user list shows who there is");
    }
}
