using System.Text.Json;
using Twinrunner.Runner.Twins;
using Twinrunner.Runner.Workflows;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Runner.Executions;

/// <summary>Reads what the pure planner needs from the stores, and plans.</summary>
public sealed class WorkflowPlanning(ComponentStore components, VersionStore versions, DigitalTwins twins, StepStore steps, TimeProvider time)
{
    private const int Page = 500;

    /// <param name="dryRun">Creates no digital twin.</param>
    public async Task<PlanResult> PlanAsync(SubmitRequest request, bool dryRun, CancellationToken cancellationToken)
    {
        var parsed = WorkflowParser.Parse(request.Spec);
        if (parsed.File is not { } file)
            return new(null, [], parsed.Faults);
        var catalogue = await LoadAsync(file, [], cancellationToken);
        var plan = ExecutionPlanner.Plan(file, RequestOf(request), catalogue);
        return await WithTwinAsync(plan, file, request.DigitalTwin, dryRun, cancellationToken);
    }

    /// <summary>Plans an earlier execution again: the same file, the same versions, other parameters.</summary>
    public async Task<PlanResult> PlanAgainAsync(Execution earlier, RerunRequest request, CancellationToken cancellationToken)
    {
        var before = new Dictionary<string, Step>();
        await foreach (var step in ListAsync(earlier.Id, cancellationToken))
            before[step.Name] = step;

        var file = WorkflowParser.Parse(earlier.RawSpec!).File!;
        var declared = file.Parameters.Select(parameter => parameter.Name).ToHashSet();
        var ofWorkflow = request.Parameters.Where(given => request.FromStep is null || declared.Contains(given.Key)).ToDictionary();
        var ofStep = request.Parameters.Where(given => !ofWorkflow.ContainsKey(given.Key)).ToDictionary();

        var plan = ExecutionPlanner.Plan(
            file,
            RequestOf(new SubmitRequest(earlier.RawSpec!)
            {
                Title = earlier.Title,
                Parameters = earlier.Parameters.Concat(ofWorkflow).GroupBy(given => given.Key).ToDictionary(given => given.Key, given => given.Last().Value),
                Labels = earlier.Labels,
                DigitalTwin = earlier.DigitalTwinRef,
                Workflow = earlier.WorkflowRef,
                NoCache = request.NoCache,
                Priority = earlier.Priority,
            }) with
            { RerunOf = earlier.Id },
            await LoadAsync(file, before.Values, cancellationToken));
        if (plan.Execution is null || request.FromStep is not { } from)
            return plan;
        return plan.Steps.Any(step => IsOf(step, from))
            ? plan with { Steps = [.. KeepEarlier(plan.Steps, before, from, ofStep)] }
            : new(null, [], [new(0, 0, "fromStep", $"there is no step '{from}'", $"one of: {string.Join(", ", plan.Steps.Select(step => step.Spec.Source).Distinct())}")]);
    }

    private PlanRequest RequestOf(SubmitRequest request) => new()
    {
        Now = time.GetUtcNow(),
        NewId = () => ObjectId.New(time),
        RawSpec = request.Spec,
        SourceName = request.SourceName,
        Title = request.Title,
        Parameters = request.Parameters,
        Labels = request.Labels ?? new Dictionary<string, string>(),
        DigitalTwin = request.DigitalTwin,
        Workflow = request.Workflow,
        NoCache = request.NoCache,
        Priority = request.Priority,
    };

    /// <summary>The steps of a rerun: those that <paramref name="from"/> doesn't lead to and that succeeded before keep their outputs.</summary>
    private IEnumerable<Step> KeepEarlier(
        IReadOnlyList<Step> planned,
        Dictionary<string, Step> before,
        string from,
        Dictionary<string, JsonElement> parameters)
    {
        var byId = planned.ToDictionary(step => step.Id);
        var again = new HashSet<Id<Step>>();
        var work = new Queue<Step>(planned.Where(step => IsOf(step, from) || !Kept(before.GetValueOrDefault(step.Name))));
        while (work.TryDequeue(out var step))
        {
            if (again.Add(step.Id))
                step.Dependents.Select(id => byId[id]).ToList().ForEach(work.Enqueue);
        }

        foreach (var step in planned)
        {
            if (!again.Contains(step.Id))
            {
                var earlier = before[step.Name];
                yield return step with
                {
                    Status = StepStatus.Cached,
                    CachedFrom = earlier.Id,
                    Output = earlier.Output,
                    OutputValues = earlier.OutputValues,
                    Attempt = earlier.Attempt,
                    EndedAt = time.GetUtcNow(),
                    WaitingFor = [],
                    WaitingCount = 0,
                };
                continue;
            }
            var waitingFor = step.WaitingFor.Where(again.Contains).ToList();
            yield return step with
            {
                WaitingFor = waitingFor,
                WaitingCount = waitingFor.Count,
                Parameters = IsOf(step, from)
                    ? step.Parameters.Where(old => !parameters.ContainsKey(old.Key)).Concat(parameters).ToDictionary()
                    : step.Parameters,
            };
        }
    }

    private static bool IsOf(Step step, string name) => step.Name == name || step.Spec.Source == name;

    private static bool Kept(Step? earlier) => earlier is { Output: not null } && earlier.Status.IsSuccess() && !earlier.Spec.Background && !earlier.SucceededInOdtp;

    private async Task<PlanResult> WithTwinAsync(
        PlanResult plan,
        WorkflowFile file,
        Id<DigitalTwin>? given,
        bool dryRun,
        CancellationToken cancellationToken)
    {
        if (plan.Execution is not { } execution || given is not null || file.Twin is not { } name)
            return plan;
        var twin = dryRun ? await twins.FindAsync(name, cancellationToken) : await twins.EnsureAsync(name, cancellationToken);
        return plan with { Execution = execution with { DigitalTwinRef = twin?.Id } };
    }

    /// <summary>The components that a file names. Those that <paramref name="pinned"/> steps used offer only the versions used there.</summary>
    private async Task<Catalogue> LoadAsync(WorkflowFile file, IReadOnlyCollection<Step> pinned, CancellationToken cancellationToken)
    {
        var pins = pinned.Select(step => step.Spec.Component).OfType<ComponentPin>().ToLookup(pin => pin.Name, pin => pin.Version);
        var found = new List<Component>();
        var offered = new List<ComponentVersion>();
        foreach (var name in file.ComponentNames)
        {
            if (await components.FindByNameAsync(name, cancellationToken) is not { } component)
                continue;
            found.Add(component);
            if (pins.Contains(name))
                offered.AddRange(await versions.GetManyAsync([.. pins[name].Distinct()], cancellationToken));
            else
                await foreach (var version in VersionsAsync(component.Id, cancellationToken))
                    offered.Add(version);
        }
        if (found.Count == file.ComponentNames.Count)
            return new(found, offered);
        var names = await components.ListAsync(null, Page, cancellationToken);
        return new(found, offered, [.. names.Select(component => component.Name)]);
    }

    private async IAsyncEnumerable<ComponentVersion> VersionsAsync(
        Id<Component> component,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Id<ComponentVersion>? before = null;
        while (await versions.FindByComponentAsync(component, before, Page, cancellationToken) is { Count: > 0 } page)
        {
            foreach (var version in page)
                yield return version;
            before = page[^1].Id;
        }
    }

    private async IAsyncEnumerable<Step> ListAsync(
        Id<Execution> execution,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Id<Step>? after = null;
        while (await steps.ListAsync(execution, after, Page, cancellationToken) is { Count: > 0 } page)
        {
            foreach (var step in page)
                yield return step;
            after = page[^1].Id;
        }
    }
}
