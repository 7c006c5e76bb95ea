using System.CommandLine;
using Twinrunner.Cli.Options;

namespace Twinrunner.Cli.Servers;

/// <summary>What the command line and the environment say about the server.</summary>
/// <param name="Address">The server that was named; null: whoever serves <paramref name="DataFolder"/>.</param>
/// <param name="Drives">A server in this process also runs steps.</param>
internal sealed record ServerChoice(Uri? Address, string DataFolder, string? Token, bool Drives)
{
    public static ServerChoice From(ParseResult arguments, Func<string, string?> environment, bool drives)
    {
        var data = arguments.GetValue(ServerOptions.Data);
        var named = arguments.GetValue(ServerOptions.Server);
        // A data folder on the command line says more than an address that the environment happens to hold.
        var address = named ?? (data is null ? Given(environment("TWIN_SERVER")) : null);
        return new ServerChoice(
            address is null ? null : Parse(address, named is null ? "TWIN_SERVER" : "--server"),
            Path.GetFullPath(data ?? Runner.Hosting.DataFolder.DefaultPath(environment)), Given(environment("TWIN_TOKEN")), drives);
    }

    private static Uri Parse(string address, string source)
    {
        if (!address.Contains("://", StringComparison.Ordinal))
            address = "http://" + address;
        return Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" or "unix"
            ? uri
            : throw CliError.Usage($"{source} is '{address}', which is no address", "write it as http://127.0.0.1:7466");
    }

    private static string? Given(string? value) => string.IsNullOrWhiteSpace(value) ? null : value;
}
