using System.CommandLine;

namespace Twinrunner.Cli.Options;

/// <summary>Which server to talk to; every command takes these.</summary>
internal static class ServerOptions
{
    public static readonly Option<string?> Server = new("--server")
    {
        Description = "Address of a server (default: TWIN_SERVER, else the one that serves the data folder).",
        HelpName = "URL",
        Recursive = true,
    };

    public static readonly Option<string?> Data = new("--data")
    {
        Description = "Data folder of this machine's server (default: TWIN_DATA, else ~/.local/share/twinrunner).",
        HelpName = "FOLDER",
        Recursive = true,
    };

    public static IReadOnlyList<Option> All => [Server, Data];
}
