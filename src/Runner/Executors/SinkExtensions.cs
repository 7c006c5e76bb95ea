using System.Text;

namespace Twinrunner.Runner.Executors;

internal static class SinkExtensions
{
    /// <summary>Puts a line of ours into the step's log.</summary>
    public static ValueTask SayAsync(this IStepSink sink, string line, CancellationToken cancellationToken) =>
        sink.WriteLogAsync(LogStream.Runner, Encoding.UTF8.GetBytes(line + "\n"), cancellationToken);
}
