using Twinrunner.Bench;

using var interrupted = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true; // containers and folders are cleaned up first
    interrupted.Cancel();
};
return await BenchCommand.RunAsync(args, interrupted.Token);
