using Twinrunner.Cli.Servers;
using Twinrunner.Client;

namespace Twinrunner.Cli.Twins;

/// <summary>Digital twins and users go by name or id.</summary>
internal static class TwinNaming
{
    private const int IdLength = 24;

    public static async Task<string> IdAsync(RunnerClient client, string nameOrId, CancellationToken cancellationToken) =>
        (await FindAsync(client, nameOrId, cancellationToken)).Id;

    public static async Task<DigitalTwinView> FindAsync(RunnerClient client, string nameOrId, CancellationToken cancellationToken)
    {
        if (IsId(nameOrId) && await client.FindDigitalTwinAsync(nameOrId, cancellationToken) is { } byId)
            return byId;
        // The server looks a name up among one owner's; here everybody's are meant.
        var all = await Pages.AllAsync((after, token) => client.ListDigitalTwinsAsync(user: null, name: null, after, 500, token), cancellationToken);
        return all.Where(twin => twin.Name == nameOrId).ToList() switch
        {
            [var one] => one,
            [] => throw CliError.NotFound($"there is no digital twin '{nameOrId}'", "twin dt list shows what there is"),
            var several => throw CliError.NotFound(
                $"{several.Count} digital twins are called '{nameOrId}'", $"name one by its id: {string.Join(", ", several.Select(twin => twin.Id))}"),
        };
    }

    public static async Task<string> UserIdAsync(RunnerClient client, string nameOrId, CancellationToken cancellationToken)
    {
        if (IsId(nameOrId) && await client.FindUserAsync(nameOrId, cancellationToken) is { } byId)
            return byId.Id;
        var named = await client.ListUsersAsync(nameOrId, after: null, limit: 1, cancellationToken);
        return named.Items is [var one, ..] ? one.Id : throw CliError.NotFound($"there is no user '{nameOrId}'", "twin user list shows who there is");
    }

    private static bool IsId(string text) => text.Length == IdLength && text.All(char.IsAsciiHexDigitLower);
}
