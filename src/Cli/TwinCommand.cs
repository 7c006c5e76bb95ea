using System.CommandLine;
using System.CommandLine.Invocation;
using Twinrunner.Cli.Help;

namespace Twinrunner.Cli;

/// <summary>Runs one command line to its exit code. Every error ends here, as sentences on stderr.</summary>
internal static class TwinCommand
{
    // A value that starts with @ is a value: nothing is read from a file behind the user's back.
    private static readonly ParserConfiguration Parser = new() { ResponseFileTokenReplacer = null };

    public static async Task<int> RunAsync(IReadOnlyList<string> args, CliContext context)
    {
        var result = CommandTree.Build(context).Parse(args, Parser);
        if (result.Action is ParseErrorAction)
            return Report(context, UsageErrors.Explain(result));
        if (UsageErrors.UnknownOption(result) is { } unknown)
            return Report(context, unknown);
        var configuration = new InvocationConfiguration
        {
            Output = context.Terminal.Out,
            Error = context.Terminal.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        try
        {
            return await result.InvokeAsync(configuration, context.Interrupts.Token);
        }
        catch (OperationCanceledException) when (context.Interrupts.Token.IsCancellationRequested)
        {
            return context.Interrupts.ExitCode;
        }
        catch (IOException failure) when (IsClosedPipe(failure))
        {
            // `twin logs … | head`: the reader has seen enough.
            return ExitCode.Success;
        }
        catch (Exception failure)
        {
            return Report(context, Failures.Explain(failure, context));
        }
    }

    private static int Report(CliContext context, CliError error)
    {
        var terminal = context.Terminal;
        terminal.ShowStatus("");
        terminal.Note($"{terminal.ErrorStyle.Paint(Terminals.Tone.Bad, "twin:")} {terminal.ForError(error.Message)}");
        if (error.Next is not null)
            terminal.Note($"{terminal.ErrorStyle.Paint(Terminals.Tone.Faint, "next:")} {terminal.ForError(error.Next)}");
        return error.ExitCode;
    }

    // EPIPE is 32 on Linux and macOS; it comes as the HResult of the exception.
    private static bool IsClosedPipe(IOException failure) => failure.HResult == 32 || failure.InnerException is IOException { HResult: 32 };
}
