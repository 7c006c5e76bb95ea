namespace Twinrunner.Runner.Logs;

/// <summary>
/// Replaces secrets in one stream before it is split into lines. Of several matches the one that begins first is masked, of
/// those the longest. Bytes that may be the beginning of a secret are held back until more has come or the stream has ended,
/// also through a silence: so no chunk, line, page or restart ever cuts a secret in two, and the result doesn't depend on the chunks.
/// </summary>
internal sealed class SecretMasker(SecretPatterns patterns, LineSplitter lines)
{
    private const int Unknown = -1;
    private const int None = int.MaxValue;

    private static ReadOnlySpan<byte> Mask => "***"u8;

    private readonly int[] _next = new int[patterns.Patterns.Length];
    private byte[] _held = [];

    public void Append(ReadOnlySpan<byte> bytes, DateTimeOffset now)
    {
        if (patterns.Longest == 0)
            lines.Append(bytes, now);
        else if (_held.Length == 0)
            Process(bytes, now, ended: false);
        else
            Process([.. _held, .. bytes], now, ended: false);
    }

    /// <summary>No more will come: what was held back is no secret.</summary>
    public void End(DateTimeOffset now) => Process(_held, now, ended: true);

    private void Process(ReadOnlySpan<byte> bytes, DateTimeOffset now, bool ended)
    {
        Array.Fill(_next, Unknown);
        var position = 0;
        var held = Unknown;
        while (true)
        {
            var (start, length) = NextMatch(bytes, position);
            if (held < position)
                held = ended ? None : FirstBeginning(bytes, position);
            // At the same place a longer secret may still come.
            if (held <= start)
            {
                var end = Math.Min(held, bytes.Length);
                lines.Append(bytes[position..end], now);
                _held = bytes[end..].ToArray();
                return;
            }
            lines.Append(bytes[position..start], now);
            lines.AppendMask(Mask, length, now);
            position = start + length;
        }
    }

    /// <summary>The first match from the position on, the longest of those that begin there.</summary>
    private (int Start, int Length) NextMatch(ReadOnlySpan<byte> bytes, int position)
    {
        var (start, length) = (None, 0);
        for (var i = 0; i < _next.Length; i++)
        {
            var pattern = patterns.Patterns[i];
            if (_next[i] < position)
            {
                var index = bytes[position..].IndexOf(pattern);
                _next[i] = index < 0 ? None : position + index;
            }
            // Patterns come longest first.
            if (_next[i] < start)
                (start, length) = (_next[i], pattern.Length);
        }
        return (start, length);
    }

    /// <summary>The first place from which on all bytes are the beginning of a pattern that is not whole yet.</summary>
    private int FirstBeginning(ReadOnlySpan<byte> bytes, int position)
    {
        var first = None;
        foreach (var pattern in patterns.Patterns)
        {
            var place = Math.Max(position, bytes.Length - pattern.Length + 1);
            while (place < Math.Min(first, bytes.Length))
            {
                var index = bytes[place..].IndexOf(pattern[0]);
                if (index < 0)
                    break;
                place += index;
                if (pattern.AsSpan().StartsWith(bytes[place..]))
                {
                    first = Math.Min(first, place);
                    break;
                }
                place++;
            }
        }
        return first;
    }
}
