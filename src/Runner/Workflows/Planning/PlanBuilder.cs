using Twinrunner.Runner.Workflows.Expressions;
using Twinrunner.Runner.Workflows.Reading;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Workflows.Planning;

/// <summary>Builds one plan: values of parameters, items of matrices, dependencies, then each step.</summary>
internal sealed class PlanBuilder(WorkflowFile file, PlanRequest request, ICatalogue catalogue, FaultList faults)
{
    private readonly ComponentResolver _components = new(catalogue, faults);
    private readonly Id<Execution> _id = new(request.NewId());

    public PlanResult? Build()
    {
        var parameters = ParameterBinder.Bind(file, request.Parameters, faults);
        var header = HeaderReader.Read(new SectionReader(file.Root, Sections.Workflow), new ValueReader(faults, new PlanScope(parameters, _id.ToString())));
        var title = First(request.Title, header.Title, header.Twin, request.SourceName) ?? "workflow";
        var items = ReadItems(parameters, title);
        if (items is null)
            return null;
        var dependencies = new DependencyBuilder(items, faults);
        if (!dependencies.Build())
            return null;
        var planner = new StepPlanner(header, request, _components, faults);
        foreach (var item in items.All)
            planner.Read(item, items.ScopeOf(item, parameters, _id.ToString(), title));
        PortClashes.Tell(items, faults);
        if (faults.Errors > 0)
            return null;

        var network = items.All.Any(i => i.Background && i.Dependents.Count > 0) ? $"twin-{_id}" : null;
        return new(BuildExecution(header, title, items, network), [.. items.All.Select(i => planner.Build(i, _id))], []);
    }

    private PlanItems? ReadItems(IReadOnlyDictionary<string, Value> parameters, string title)
    {
        var items = new PlanItems();
        var values = new ValueReader(faults, new PlanScope(parameters, _id.ToString()) { Title = title });
        foreach (var step in file.Steps)
        {
            Matrix? matrix = null;
            if (step.Reader.Find("matrix") is { } node)
            {
                matrix = Matrix.Read(node, values, ExecutionPlanner.MaxSteps);
                if (matrix is null)
                    continue; // its faults are told; without items nothing can be said of the step
            }
            if (items.All.Count + (matrix?.Items.Count ?? 1) > ExecutionPlanner.MaxSteps)
            {
                faults.Add(step.Reader.Map, $"with step '{step.Name}' the execution has more than {ExecutionPlanner.MaxSteps:N0} steps", "make the matrices smaller, or several executions");
                return null;
            }
            items.Add(step, matrix, () => new Id<Step>(request.NewId()));
        }
        return items;
    }

    private Execution BuildExecution(WorkflowFile header, string title, PlanItems items, string? network)
    {
        var versions = items.Groups.Select(g => g.Items[0].Version).OfType<ComponentVersion>().Select(v => v.Id.ToString()).ToList();
        var labels = new Dictionary<string, string>(header.Labels, StringComparer.Ordinal);
        foreach (var (name, value) in request.Labels)
            labels[name] = value;
        return new Execution
        {
            Id = _id,
            Title = title,
            Description = header.Description ?? "",
            DigitalTwinRef = request.DigitalTwin,
            WorkflowRef = request.Workflow,
            Steps = items.All.Count <= Execution.MaxListedSteps ? [.. items.All.Select(i => i.Id)] : [],
            WorkflowSchema = new("twinrunner", "1", versions, [.. Enumerable.Range(0, versions.Count)]),
            CreatedAt = request.Now,
            UpdatedAt = request.Now,
            Status = ExecutionStatus.Queued,
            RawSpec = request.RawSpec,
            Parameters = request.Parameters,
            StepCount = items.All.Count,
            MaxParallel = header.MaxParallel,
            Priority = request.Priority ?? header.Priority,
            Timeout = header.Timeout,
            NoCache = request.NoCache,
            KeepGoing = header.KeepGoing,
            RerunOf = request.RerunOf,
            Labels = labels,
            Network = network,
        };
    }

    private static string? First(params string?[] names) => names.FirstOrDefault(n => !string.IsNullOrWhiteSpace(n));
}
