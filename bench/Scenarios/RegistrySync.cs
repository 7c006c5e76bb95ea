using System.Diagnostics;
using System.Text;
using Twinrunner.Bench.Measuring;
using Twinrunner.Bench.Rigs;
using Twinrunner.Client;
using Twinrunner.Registry.Components;
using Twinrunner.Registry.Sources;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.TestKit;

namespace Twinrunner.Bench.Scenarios;

/// <summary>A catalogue of 1,000 components with 50 versions each: registered from local git, looked at again, and the plan alone.</summary>
internal sealed class RegistrySync : IScenario
{
    private const int Components = 1_000, Versions = 50, AtOnce = 8;
    private const string First = "first look at all: 50,000 versions stored", Again = "look at all again, nothing new";
    private const string PlanNew = "plan alone, all new", PlanSame = "plan alone, nothing new";

    private static readonly byte[] OdtpFile = Encoding.UTF8.GetBytes(GitFarm.OdtpFile);

    public string Name => "registry";

    public string Title => "1,000 components with 50 versions each, from local git";

    public async Task<ScenarioReport> RunAsync(BenchSettings settings, CancellationToken cancellationToken)
    {
        using var farm = new GitFarm();
        var repositories = await PlantAsync(farm, settings, cancellationToken);
        var samples = new[] { First, Again, PlanNew, PlanSame }.ToDictionary(name => name, _ => new Samples());
        for (var round = 0; round < (settings.Rounds ?? 1); round++)
        {
            await using var host = await TestHost.StartAsync(cancellationToken);
            samples[First].Add(await ForAllAsync(repositories, settings, (path, i, token) =>
                host.Client.AddComponentAsync(new() { Path = path, Name = NameOf(i) }, token), cancellationToken));
            await CheckAsync(host, cancellationToken);
            samples[Again].Add(await ForAllAsync(repositories, settings, (_, i, token) => host.Client.RefreshComponentAsync(NameOf(i), token), cancellationToken));
            await PlanAsync(host, samples, cancellationToken);
        }
        return new(
        [
            new(First, samples[First], Unit.Seconds),
            new(Again, samples[Again], Unit.Seconds),
            new(PlanNew, samples[PlanNew], Unit.Seconds),
            new(PlanSame, samples[PlanSame], Unit.Seconds),
        ])
        {
            Notes =
            [
                $"Over HTTP, {AtOnce} components at a time. A first look copies the repository with git, reads each version's odtp.yml, and stores its files and its document durably: {samples[First].Median / Components / Versions * 1000:0.0} ms a version.",
                $"A look that finds nothing new asks git for the references: {samples[Again].Median / Components * 1000:0.0} ms a component.",
                "The plan is pure: what was seen and what is stored in, changes out, each odtp.yml read anew.",
            ],
        };
    }

    private static async Task<List<string>> PlantAsync(GitFarm farm, BenchSettings settings, CancellationToken cancellationToken)
    {
        settings.Say("planting repositories");
        var template = await farm.PlantAsync("template", cancellationToken);
        for (var i = 0; i < Versions; i++)
            await farm.TagAsync(template, $"v1.{i}.0", cancellationToken);
        List<string> copies = [];
        for (var i = 0; i < Components; i++)
            copies.Add(await farm.CopyAsync(template, $"repositories/{NameOf(i)}.git", cancellationToken));
        return copies;
    }

    private static async Task<double> ForAllAsync(
        List<string> repositories, BenchSettings settings, Func<string, int, CancellationToken, Task<ComponentChangeView>> doAsync, CancellationToken cancellationToken)
    {
        var (started, done) = (Stopwatch.GetTimestamp(), 0);
        await Parallel.ForAsync(0, Components, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (i, token) =>
        {
            await doAsync(repositories[i], i, token);
            if (Interlocked.Increment(ref done) % 200 == 0)
                settings.Say($"{done} components after {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s");
        });
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task CheckAsync(TestHost host, CancellationToken cancellationToken)
    {
        for (var i = 0; i < Components; i += 111)
            if (await host.Client.FindComponentAsync(NameOf(i), cancellationToken) is not { VersionCount: Versions } component)
                throw new InvalidOperationException($"{NameOf(i)} has not {Versions} versions.");
    }

    private static async Task PlanAsync(TestHost host, Dictionary<string, Samples> samples, CancellationToken cancellationToken)
    {
        var components = host.Get<ComponentService>();
        var component = await components.FindAsync(NameOf(0), cancellationToken);
        var stored = await components.VersionsAsync(component!.Id, cancellationToken);
        List<SourceVersion> seen = [.. stored.Select(version => new SourceVersion(SourceKind.Tag, version.Name, version.Commit, OdtpFile))];
        VersionPlan.Make(seen, stored, rules: null); // code was cold
        samples[PlanNew].Add(TimePlans(seen, [], Versions));
        samples[PlanSame].Add(TimePlans(seen, stored, 0));
    }

    private static double TimePlans(List<SourceVersion> seen, IReadOnlyList<ComponentVersion> stored, int expected)
    {
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < Components; i++)
            if (VersionPlan.Make(seen, stored, rules: null).New.Count != expected)
                throw new InvalidOperationException($"The plan hasn't {expected} new versions.");
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static string NameOf(int number) => $"loader-{number:0000}";
}
