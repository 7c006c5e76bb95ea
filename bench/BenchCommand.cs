using Twinrunner.Bench.Measuring;
using Twinrunner.Bench.Rigs;
using Twinrunner.Bench.Scenarios;
using Twinrunner.Runner.Executors.Docker.Engine;
using Twinrunner.TestKit;

namespace Twinrunner.Bench;

/// <summary>Runs the scenarios that were asked for. Progress goes to stderr, the figures as Markdown to stdout.</summary>
internal static class BenchCommand
{
    private const int Done = 0, Trouble = 1, Usage = 2;

    private static readonly IScenario[] All =
        [new OneStep(), new Chain(), new FanOut(), new Jobs(), new JobsAtOnce(), new LiveJobs(), new Dispatch(), new LogFlood(), new StoreSize(BackEnds.Embedded), new StoreSize(BackEnds.Cluster), new DatabaseCalls(), new DatabaseChanges(), new DatabaseStress(), new ServeStart(), new Resume(), new Upload(), new S3Transfer(), new RegistrySync(), new Webhook()];

    public static async Task<int> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        if (!TryRead(arguments, out var chosen, out var rounds, out var fault))
        {
            await Console.Error.WriteLineAsync(fault);
            return Usage;
        }
        var settings = new BenchSettings(rounds, text => Console.Error.WriteLine($"bench: {text}"));
        var budgets = new List<BudgetLine>();
        var failed = false;
        Console.WriteLine($"Measured on {await Machine.DescribeAsync(cancellationToken)}.\n");
        foreach (var scenario in chosen)
        {
            try
            {
                settings.Say($"{scenario.Name}: {scenario.Title}");
                var report = await scenario.RunAsync(settings, cancellationToken);
                Console.WriteLine(MarkdownReport.Of(scenario, report));
                budgets.AddRange(report.Budgets);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                settings.Say("interrupted");
                failed = true;
                break;
            }
            catch (Exception exception) when (WhyUnavailable(exception) is { } why)
            {
                Console.WriteLine($"### {scenario.Title}\n\nNot measured: {why}\n");
            }
            catch (Exception exception)
            {
                // One scenario's failure doesn't take the others' figures.
                Console.WriteLine($"### {scenario.Title}\n\nFailed: {exception.Message}\n");
                settings.Say(exception.ToString());
                failed = true;
            }
        }
        if (budgets.Count > 0)
            Console.WriteLine(MarkdownReport.Of(budgets));
        await BenchContainers.RemoveAllAsync(settings);
        return failed ? Trouble : Done;
    }

    private static bool TryRead(string[] arguments, out IReadOnlyList<IScenario> chosen, out int? rounds, out string fault)
    {
        (chosen, rounds, fault) = ([], null, "");
        var names = new List<string>();
        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i] != "--rounds")
                names.Add(arguments[i]);
            else if (++i < arguments.Length && int.TryParse(arguments[i], out var number) && number is > 0 and <= 1000)
                rounds = number;
            else
                fault = "--rounds takes a number from 1 to 1000.";
        }
        if (names.Except(All.Select(scenario => scenario.Name)).FirstOrDefault() is { } unknown)
            fault = $"There is no scenario '{unknown}'. There are: {string.Join(", ", All.Select(scenario => scenario.Name))}.";
        chosen = names.Count == 0 ? All : [.. All.Where(scenario => names.Contains(scenario.Name))];
        return fault.Length == 0;
    }

    /// <summary>What this machine lacks, in a sentence; null: it is a failure.</summary>
    private static string? WhyUnavailable(Exception exception) => exception switch
    {
        ScenarioUnavailableException => exception.Message,
        DockerException { IsUnreachable: true } => $"it needs a container engine. {exception.Message}",
        Xunit.Sdk.SkipException => exception.Message.Replace(Xunit.v3.DynamicSkipToken.Value, "", StringComparison.Ordinal),
        _ => null,
    };
}
