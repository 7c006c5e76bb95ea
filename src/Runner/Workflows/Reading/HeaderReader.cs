namespace Twinrunner.Runner.Workflows.Reading;

/// <summary>Reads the settings of the whole workflow: once while checking, once while planning with the parameters' values.</summary>
internal static class HeaderReader
{
    public static WorkflowFile Read(SectionReader workflow, ValueReader values)
    {
        var timeout = values.Duration(workflow.Find("timeout"));
        if (timeout == TimeSpan.Zero)
            values.Faults.Add(workflow.Find("timeout")!, "a time limit of nothing lets no step run", "leave it out for no limit");
        return new WorkflowFile
        {
            Twin = values.Text(workflow.Find("twin")),
            Title = values.Text(workflow.Find("title")),
            Description = values.Text(workflow.Find("description")),
            Timeout = timeout,
            MaxParallel = values.Integer(workflow.Find("max-parallel"), 1),
            KeepGoing = values.Boolean(workflow.Find("keep-going")) ?? false,
            Cache = values.Boolean(workflow.Find("cache")) ?? false,
            Priority = values.Integer(workflow.Find("priority")) ?? 0,
            Labels = workflow.Pairs("labels", values).ToDictionary(p => p.Name, p => values.Text(p.Value) ?? ""),
        };
    }
}
