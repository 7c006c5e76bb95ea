using System.CommandLine;
using Twinrunner.Cli.Servers;

namespace Twinrunner.Cli.Verbs;

/// <summary>A verb that talks to a server.</summary>
internal abstract class ServerVerb(CliContext context, string name, string summary) : Verb(context, name, summary)
{
    /// <summary>
    /// When the server has to be brought along, does it run steps? A verb that stays must say yes: whoever else comes to this
    /// data folder becomes its client. One that only looks says no: nothing may start because somebody looked.
    /// </summary>
    protected virtual bool Drives(ParseResult arguments) => false;

    protected abstract Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken);

    protected sealed override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var choice = ServerChoice.From(arguments, Context.Environment, Drives(arguments));
        await using var server = await ServerConnection.OpenAsync(Context, choice, cancellationToken);
        return await RunAsync(arguments, server, cancellationToken);
    }
}
