using System.Globalization;

namespace Twinrunner.Cli.Terminals;

/// <summary>Times, durations and sizes as people read them.</summary>
internal static class Humane
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

    public static string Duration(TimeSpan span) => span switch
    {
        { Ticks: < 0 } => "0.0s",
        { TotalSeconds: < 9.95 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.0}s"),
        { TotalSeconds: < 60 } => $"{(int)span.TotalSeconds}s",
        { TotalHours: < 1 } => $"{span.Minutes}m{span.Seconds:00}s",
        { TotalDays: < 1 } => $"{span.Hours}h{span.Minutes:00}m",
        _ => $"{(int)span.TotalDays}d{span.Hours:00}h",
    };

    /// <summary>From the first time to the second, or to now while that is open; empty before the first.</summary>
    public static string Duration(DateTimeOffset? from, DateTimeOffset? to, TimeProvider time) =>
        from is { } start ? Duration((to ?? time.GetUtcNow()) - start) : "";

    /// <summary>How long ago, in one unit: <c>5m ago</c>.</summary>
    public static string Ago(DateTimeOffset? at, TimeProvider time)
    {
        if (at is not { } then)
            return "";
        var span = time.GetUtcNow() - then;
        return span switch
        {
            { TotalSeconds: < 1 } => "now",
            { TotalMinutes: < 1 } => $"{(int)span.TotalSeconds}s ago",
            { TotalHours: < 1 } => $"{(int)span.TotalMinutes}m ago",
            { TotalDays: < 1 } => $"{(int)span.TotalHours}h ago",
            _ => $"{(int)span.TotalDays}d ago",
        };
    }

    public static string Size(long bytes)
    {
        double value = bytes;
        var unit = 0;
        while (value >= 1024 && unit < Units.Length - 1)
        {
            value /= 1024;
            unit++;
        }
        return unit == 0 ? $"{bytes} B" : string.Create(CultureInfo.InvariantCulture, $"{value:0.0} {Units[unit]}");
    }

    /// <summary><c>1 step</c>, <c>2 steps</c>.</summary>
    public static string Count(long number, string noun) => Count(number, noun, noun + "s");

    public static string Count(long number, string noun, string plural) => number == 1 ? $"1 {noun}" : $"{number} {plural}";
}
