using System.CommandLine;
using Twinrunner.Cli.Servers;

namespace Twinrunner.Cli.Verbs;

/// <summary>A verb that talks to a server.</summary>
internal abstract class ServerVerb(CliContext context, string name, string summary) : Verb(context, name, summary)
{
    /// <summary>When the server has to be brought along, it runs steps.</summary>
    protected virtual bool Drives => false;

    protected abstract Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken);

    protected sealed override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        await using var server = await ServerConnection.OpenAsync(Context, arguments, Drives, cancellationToken);
        return await RunAsync(arguments, server, cancellationToken);
    }
}
