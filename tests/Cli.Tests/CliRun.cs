using Twinrunner.Cli.Terminals;

namespace Twinrunner.Cli.Tests;

/// <summary>One command line, run in this process with streams of its own.</summary>
internal sealed record CliRun(int ExitCode, string Out, string Error)
{
    public static Task<CliRun> OfAsync(params string[] args) => new CliSetup().RunAsync(args);
}

/// <summary>What a command line finds around it.</summary>
internal sealed class CliSetup
{
    public Dictionary<string, string> Environment { get; } = new() { ["HOME"] = "/nowhere" };
    public string Input { get; init; } = "";
    public bool IsTerminal { get; init; }

    public async Task<CliRun> RunAsync(params string[] args)
    {
        var output = new StringWriter();
        var error = new StringWriter();
        using var interrupts = new Interrupts();
        var terminal = new Terminal(output, error, new StringReader(Input))
        {
            OutIsTerminal = IsTerminal,
            ErrorIsTerminal = IsTerminal,
            Colour = IsTerminal,
            Width = IsTerminal ? 100 : null,
        };
        var code = await TwinCommand.RunAsync(args, new CliContext(terminal, name => Environment.GetValueOrDefault(name), TimeProvider.System, interrupts));
        return new CliRun(code, output.ToString(), error.ToString());
    }
}
