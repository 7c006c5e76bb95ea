using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Twinrunner.Cli.Components;

/// <summary><c>--sync 30m|never</c>: how often the server looks at a repository.</summary>
internal static class SyncInterval
{
    public static Option<TimeSpan?> Option() => new("--sync")
    {
        Description = "How often the server looks for new versions: 10m, 6h, 1d, or never.",
        HelpName = "INTERVAL",
        CustomParser = Parse,
    };

    private static TimeSpan? Parse(ArgumentResult result)
    {
        var text = result.Tokens is [var token, ..] ? token.Value : "";
        if (text == "never")
            return TimeSpan.Zero;
        if (text.Length > 1 && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0)
        {
            var (unit, most) = text[^1] switch { 'm' => (TimeSpan.FromMinutes(1), 525_600), 'h' => (TimeSpan.FromHours(1), 8_760), 'd' => (TimeSpan.FromDays(1), 365), _ => (TimeSpan.Zero, 0) };
            if (number <= most)
                return unit * number;
        }
        result.AddError($"'{text}' is no interval: write minutes, hours or days, such as 10m, 6h or 1d, or never.");
        return null;
    }
}
