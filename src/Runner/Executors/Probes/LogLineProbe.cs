using System.Text;
using System.Text.RegularExpressions;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Executors.Probes;

/// <summary>Passes everything on to a sink and tells it that the attempt is ready once a line of the log matches.</summary>
internal sealed class LogLineProbe(string pattern, IStepSink inner) : IStepSink
{
    /// <summary>Bytes of a line that are looked at: a line may be endless.</summary>
    private const int LongestLine = 8 * 1024;

    private static readonly TimeSpan MatchLimit = TimeSpan.FromMilliseconds(100);

    private readonly Regex _pattern = new(pattern, RegexOptions.CultureInvariant, MatchLimit);
    private readonly List<byte> _stdout = [];
    private readonly List<byte> _stderr = [];
    private bool _isReady;

    public async ValueTask WriteLogAsync(LogStream stream, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await inner.WriteLogAsync(stream, bytes, cancellationToken);
        await ObserveAsync(stream, bytes, cancellationToken);
    }

    /// <summary>Looks at bytes that the sink has already.</summary>
    public async ValueTask ObserveAsync(LogStream stream, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (_isReady || stream == LogStream.Runner || !MatchesAny(stream == LogStream.Stdout ? _stdout : _stderr, bytes.Span))
            return;
        _isReady = true;
        await inner.ReadyAsync(cancellationToken);
    }

    public ValueTask ActivityAsync(string? activity, CancellationToken cancellationToken) => inner.ActivityAsync(activity, cancellationToken);

    public ValueTask StartedAsync(string handle, ServedPorts ports, DateTimeOffset at, CancellationToken cancellationToken) =>
        inner.StartedAsync(handle, ports, at, cancellationToken);

    public ValueTask MarkLogAsync(string mark, CancellationToken cancellationToken) => inner.MarkLogAsync(mark, cancellationToken);

    public ValueTask CollectingAsync(CancellationToken cancellationToken) => inner.CollectingAsync(cancellationToken);

    public ValueTask ReadyAsync(CancellationToken cancellationToken) => inner.ReadyAsync(cancellationToken);

    private bool MatchesAny(List<byte> line, ReadOnlySpan<byte> bytes)
    {
        while (bytes.IndexOf((byte)'\n') is >= 0 and var end)
        {
            Add(line, bytes[..end]);
            if (Matches(line))
                return true;
            line.Clear();
            bytes = bytes[(end + 1)..];
        }
        Add(line, bytes);
        return false;
    }

    private static void Add(List<byte> line, ReadOnlySpan<byte> bytes) =>
        line.AddRange(bytes[..Math.Min(bytes.Length, LongestLine - line.Count)]);

    private bool Matches(List<byte> line)
    {
        try
        {
            return _pattern.IsMatch(Encoding.UTF8.GetString([.. line]).TrimEnd('\r'));
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }
}
