using Twinrunner.Cli;
using Twinrunner.Cli.Terminals;

using var interrupts = Interrupts.OfProcess();
var terminal = Terminal.OfProcess(Environment.GetEnvironmentVariable);
return await TwinCommand.RunAsync(args, new CliContext(terminal, Environment.GetEnvironmentVariable, TimeProvider.System, interrupts));
