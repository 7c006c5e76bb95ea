namespace Twinrunner.Runner.Tests.Workflows;

public sealed class YankedVersionTests
{
    [Fact]
    public void A_yanked_version_is_not_chosen_for_a_workflow_that_leaves_it_open()
    {
        var plan = Planned.Good(Using("tool"), TestComponents.WithTool(["v1", "v2", "v3"], ["v3"]));

        Assert.Equal("v2", plan.Step("load").Spec.Component!.VersionName);
        Assert.Equal(["tool", "--all"], plan.Step("load").Spec.Command!);
    }

    [Fact]
    public void A_workflow_that_names_it_runs_and_is_told_the_reason()
    {
        var plan = Planned.Of(Using("tool@v3"), TestComponents.WithTool(["v1", "v3"], ["v3"]));

        Assert.NotNull(plan.Execution);
        Assert.Contains("yanked: loses rows", Assert.Single(plan.Faults).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_all_are_yanked_one_must_be_named()
    {
        var plan = Planned.Of(Using("tool"), TestComponents.WithTool(["v1"], ["v1"]));

        Assert.Null(plan.Execution);
        Assert.Contains("all versions of component 'tool' are yanked", Assert.Single(plan.Faults).Message, StringComparison.Ordinal);
    }

    private static string Using(string component) => $"title: yanked\nsteps:\n  load:\n    component: {component}\n";
}
