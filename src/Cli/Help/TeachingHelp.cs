using System.CommandLine;
using System.CommandLine.Invocation;

namespace Twinrunner.Cli.Help;

/// <summary>What <c>--help</c> does.</summary>
internal sealed class TeachingHelp(CliContext context) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var terminal = context.Terminal;
        new HelpText(terminal.Out, terminal.OutStyle, terminal.Width ?? 100).Write(parseResult.CommandResult.Command);
        return ExitCode.Success;
    }
}
