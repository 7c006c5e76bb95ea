using System.Text.RegularExpressions;
using Twinrunner.Runner.Workflows.Yaml;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Workflows.Reading;

/// <summary>Reads the settings of a step that say how it is driven: limits, retries, probe.</summary>
internal static class PolicyReader
{
    /// <summary>Reasons that a step's own retry may name; the others are the infrastructure's.</summary>
    private static readonly string[] RetriedReasons =
    [
        nameof(FailureReason.ExitCode), nameof(FailureReason.OutOfMemory), nameof(FailureReason.TimedOut), nameof(FailureReason.InputMissing),
        nameof(FailureReason.OutputMissing), nameof(FailureReason.ImagePull), nameof(FailureReason.ImageBuild),
    ];

    public static ResourceSpec Resources(SectionReader step, ValueReader values)
    {
        if (step.Below("resources", Sections.Resources, values) is not { } resources)
            return new();
        return new ResourceSpec(
            Cores(resources.Find("cpu"), values),
            values.Bytes(resources.Find("memory")),
            values.Integer(resources.Find("pids"), 1),
            Gpus(resources.Find("gpu"), values),
            values.Number(resources.Find("memory-growth"), 1, 16) ?? 1);
    }

    public static TimeoutSpec Timeouts(SectionReader step, ValueReader values)
    {
        if (step.Below("timeouts", Sections.Timeouts, values) is not { } timeouts)
            return new();
        return new TimeoutSpec(Limit("queued"), Limit("preparing"), Limit("running"));

        TimeSpan? Limit(string key)
        {
            var limit = values.Duration(timeouts.Find(key));
            if (limit == TimeSpan.Zero)
                values.Faults.Add(timeouts.Find(key)!, "a time limit of nothing lets no step run", "leave it out for no limit");
            return limit;
        }
    }

    public static RetrySpec Retry(SectionReader step, ValueReader values)
    {
        if (step.Below("retry", Sections.Retry, values) is not { } retry)
            return new();
        var usual = new RetrySpec();
        return new RetrySpec(
            values.Integer(retry.Find("limit"), 0, 1000) ?? usual.Limit,
            values.Duration(retry.Find("backoff")),
            values.Number(retry.Find("factor"), 1, 100) ?? usual.Factor,
            values.Duration(retry.Find("max-backoff")),
            values.Number(retry.Find("jitter"), 0, 1) ?? usual.Jitter,
            values.Items(retry.Find("exit-codes"), oneAlone: true)?.Select(i => values.Integer(i, 1, 255)).OfType<int>().ToList(),
            values.Items(retry.Find("on"), oneAlone: true)?.Select(i => values.OneOf(i, RetriedReasons)).OfType<string>().Select(Enum.Parse<FailureReason>).ToList(),
            values.Integer(retry.Find("infrastructure"), 0, 1000) ?? usual.Infrastructure);
    }

    public static ProbeSpec? Ready(SectionReader step, ValueReader values)
    {
        if (step.Below("ready", Sections.Ready, values) is not { } ready)
            return null;
        string[] kinds = ["tcp", "http", "log", "exec"];
        var given = kinds.Where(k => ready.Find(k) is not null).ToArray();
        if (given.Length != 1)
            values.Faults.Add(ready.Map, given.Length == 0 ? "it doesn't say what to look for" : $"it has {string.Join(" and ", given)}, one of them is enough", "write one of tcp, http, log or exec");
        if (ready.Find("http") is { } http && ready.Find("port") is null)
            values.Faults.Add(http, "'http' needs the 'port' beside it", "ready: {http: /, port: 8080}");
        else if (ready.Find("port") is { } port && ready.Find("http") is null)
            values.Faults.Add(port, "'port' belongs to 'http'", "for a connection alone write 'tcp: 8080'");
        var path = values.Text(ready.Find("http"));
        if (path is not null && !path.StartsWith('/'))
            values.Faults.Add(ready.Find("http")!, $"'{path}' is not a path", $"write '/{path}'");
        return new ProbeSpec(
            values.Integer(ready.Find("tcp"), 1, 65535),
            values.Integer(ready.Find("port"), 1, 65535),
            path,
            Pattern(ready.Find("log"), values),
            values.Texts(ready.Find("exec")),
            values.Duration(ready.Find("interval")));
    }

    private static string? Pattern(YamlNode? node, ValueReader values)
    {
        if (values.Text(node) is not { } pattern)
            return null;
        try
        {
            // Matched against what a component prints: only patterns that take time in proportion to the line.
            _ = new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception wrong) when (wrong is ArgumentException or NotSupportedException)
        {
            values.Faults.Add(node!, wrong is NotSupportedException
                ? "look-around and back-references can't be used in a pattern"
                : $"this is not a regular expression: {wrong.Message}");
        }
        return pattern;
    }

    private static double? Cores(YamlNode? node, ValueReader values)
    {
        if (values.Text(node) is not { } text)
            return null;
        if (Quantity.TryCores(text, out var cores))
            return cores;
        values.Faults.Add(node!, $"'{text}' is not a count of cores", "write 2, 0.5 or 500m");
        return null;
    }

    private static int Gpus(YamlNode? node, ValueReader values)
    {
        if (node is null)
            return 0;
        return values.Text(node) is "all" ? -1 : values.Integer(node, 0, 1024) ?? 0;
    }
}
