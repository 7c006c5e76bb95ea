using Twinrunner.Cli.Terminals;

namespace Twinrunner.Cli;

/// <summary>What every verb works with: the streams, the environment's variables, the clock and the signals.</summary>
internal sealed record CliContext(Terminal Terminal, Func<string, string?> Environment, TimeProvider Time, Interrupts Interrupts);
