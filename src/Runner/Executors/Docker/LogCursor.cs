namespace Twinrunner.Runner.Executors.Docker;

/// <summary>How many bytes of each stream a sink was given, since the beginning of the attempt.</summary>
internal sealed class LogCursor(LogPosition stored)
{
    private long _stdout = stored.Stdout;
    private long _stderr = stored.Stderr;

    public long Of(LogStream stream) => stream == LogStream.Stdout ? _stdout : _stderr;

    public void Advance(LogStream stream, long bytes)
    {
        if (stream == LogStream.Stdout)
            _stdout += bytes;
        else
            _stderr += bytes;
    }
}
