using System.Buffers.Binary;
using System.Text.Json;
using Twinrunner.Runner.Workflows;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Tests.Workflows;

/// <summary>Plans with ids that count and a clock that stands still, so that a plan is the same every time.</summary>
internal static class Planned
{
    public static readonly DateTimeOffset Now = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    public static PlanResult Of(string yaml, ICatalogue? catalogue = null, object? parameters = null)
    {
        var parsed = WorkflowParser.Parse(yaml);
        Assert.NotNull(parsed.File);
        var request = Request() with
        {
            RawSpec = null,
            Parameters = parameters is null
                ? new Dictionary<string, JsonElement>()
                : JsonSerializer.SerializeToElement(parameters).EnumerateObject().ToDictionary(p => p.Name, p => p.Value),
        };
        return ExecutionPlanner.Plan(parsed.File, request, catalogue ?? Catalogue.Empty);
    }

    /// <summary>The plan of a file that must be free of faults.</summary>
    public static PlanResult Good(string yaml, ICatalogue? catalogue = null, object? parameters = null)
    {
        var plan = Of(yaml, catalogue, parameters);
        Assert.Empty(plan.Faults);
        Assert.NotNull(plan.Execution);
        return plan;
    }

    public static PlanRequest Request()
    {
        var last = 0;
        return new PlanRequest { Now = Now, NewId = () => CountedId(++last) };
    }

    public static ObjectId CountedId(int number)
    {
        Span<byte> bytes = stackalloc byte[12];
        BinaryPrimitives.WriteInt32BigEndian(bytes[8..], number);
        return ObjectId.FromBytes(bytes);
    }

    public static Step Step(this PlanResult plan, string name) => Assert.Single(plan.Steps, s => s.Name == name);

    public static IEnumerable<string> NamesOf(this PlanResult plan, IEnumerable<Id<Step>> ids)
    {
        var names = plan.Steps.ToDictionary(s => s.Id, s => s.Name);
        return ids.Select(id => names[id]);
    }
}
