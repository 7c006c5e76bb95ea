using System.Buffers;
using System.Globalization;

namespace Twinrunner.Runner.Workflows.Reading;

/// <summary>Durations and sizes as people write them.</summary>
internal static class Quantity
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    public static readonly TimeSpan LongestDuration = TimeSpan.FromDays(365);

    /// <summary><c>90s</c>, <c>1h30m</c>, <c>500ms</c>; a bare number is seconds.</summary>
    public static bool TryDuration(string text, out TimeSpan duration)
    {
        duration = default;
        if (TryNumber(text, out var seconds))
            return TryAdd(ref duration, seconds, 1);
        var rest = text.AsSpan();
        if (rest.IsEmpty)
            return false;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept(Digits);
            if (digits <= 0 || !TryNumber(rest[..digits].ToString(), out var number))
                return false;
            rest = rest[digits..];
            var letters = rest.IndexOfAnyInRange('0', '9');
            var unit = letters < 0 ? rest : rest[..letters];
            double factor = unit switch { "ms" => 0.001, "s" => 1, "m" => 60, "h" => 3600, "d" => 86400, _ => 0 };
            if (factor == 0 || !TryAdd(ref duration, number, factor))
                return false;
            rest = rest[unit.Length..];
        }
        return true;
    }

    /// <summary><c>512Mi</c>, <c>2G</c>, <c>1.5GiB</c>; a bare number is bytes.</summary>
    public static bool TryBytes(string text, out long bytes)
    {
        bytes = 0;
        var digits = text.AsSpan().IndexOfAnyExcept(Digits);
        var unit = digits < 0 ? "" : text[digits..].TrimEnd('B', 'b');
        if (!TryNumber(digits < 0 ? text : text[..digits], out var number))
            return false;
        double factor = unit switch
        {
            "" => 1,
            "k" or "K" => 1e3,
            "M" => 1e6,
            "G" => 1e9,
            "T" => 1e12,
            "Ki" or "ki" => 1L << 10,
            "Mi" => 1L << 20,
            "Gi" => 1L << 30,
            "Ti" => 1L << 40,
            _ => 0,
        };
        var value = number * factor;
        if (factor == 0 || value < 1 || value > 1L << 50)
            return false;
        bytes = (long)value;
        return true;
    }

    /// <summary><c>2</c>, <c>0.5</c>, <c>500m</c> (thousandths of a core).</summary>
    public static bool TryCores(string text, out double cores)
    {
        var milli = text.EndsWith('m');
        if (!TryNumber(milli ? text[..^1] : text, out cores))
            return false;
        if (milli)
            cores /= 1000;
        return cores is >= 0.001 and <= 4096;
    }

    private static bool TryAdd(ref TimeSpan duration, double number, double seconds)
    {
        var sum = duration.TotalSeconds + number * seconds;
        if (sum < 0 || sum > LongestDuration.TotalSeconds)
            return false;
        duration = TimeSpan.FromSeconds(sum);
        return true;
    }

    private static bool TryNumber(string text, out double number) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);
}
