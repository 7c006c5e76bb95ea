using Twinrunner.Runner.Workflows;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Tests.Workflows;

public sealed class ExecutionPlannerTests
{
    [Fact]
    public void A_step_with_an_image_and_a_command_is_planned()
    {
        var plan = Planned.Good("steps: {hello: {image: 'debian:bookworm-slim', command: [echo, hello]}}");

        var step = Assert.Single(plan.Steps);
        Assert.Equal(StepKind.Container, step.Spec.Kind);
        Assert.Equal("debian:bookworm-slim", step.Spec.Image);
        Assert.Equal(["echo", "hello"], step.Spec.Command);
        Assert.Equal(StepStatus.Pending, step.Status);
        Assert.Equal([step.Id], plan.Execution!.Steps);
        Assert.Equal(ExecutionStatus.Queued, plan.Execution.Status);
    }

    [Fact]
    public void Needs_become_dependencies_in_both_directions()
    {
        var plan = Planned.Good("""
            steps:
              a: {image: i, command: [x]}
              b: {image: i, command: [x], needs: a}
              c: {image: i, command: [x], needs: [a, b]}
            """);

        Assert.Equal(["a", "b"], plan.NamesOf(plan.Step("c").DependsOn));
        Assert.Equal(["a", "b"], plan.NamesOf(plan.Step("c").WaitingFor));
        Assert.Equal(2, plan.Step("c").WaitingCount);
        Assert.Equal(["b", "c"], plan.NamesOf(plan.Step("a").Dependents));
        Assert.Equal(["a", "b"], plan.NamesOf(plan.Step("c").Spec.Inputs.Single().From));
    }

    [Fact]
    public void A_matrix_makes_a_step_of_each_combination_and_its_dependents_gather_all()
    {
        var plan = Planned.Good("""
            parameters: {cities: [Zurich, Bern]}
            steps:
              simulate:
                image: i
                matrix: {city: "${{ parameters.cities }}", size: [1, 2]}
                command: [run, "${{ matrix.city }}-${{ matrix.size }}"]
              gather: {image: i, command: [x], needs: simulate}
            """);

        Assert.Equal(["run", "Bern-1"], plan.Step("simulate[2]").Spec.Command);
        Assert.Equal(4, plan.Step("gather").WaitingCount);
        Assert.Equal(["simulate-0", "simulate-1", "simulate-2", "simulate-3"], plan.Step("gather").Spec.Inputs.Select(i => i.To));
    }

    [Fact]
    public void All_faults_are_told_at_once()
    {
        var plan = Planned.Of("""
            steps:
              load: {imgae: debian, command: [x]}
              analyse: {image: i, needs: [laod], retry: {limit: many}, comand: [y]}
            """);

        Assert.Null(plan.Execution);
        Assert.Collection(
            plan.Faults,
            f => Assert.Equal(new Fault(2, 9, "steps.load", "the step says nothing to run", "add 'component', 'image' or 'process'"), f),
            f => Assert.Equal(new Fault(2, 10, "steps.load.imgae", "a step has no 'imgae'", "did you mean 'image'?"), f),
            f => Assert.Equal(new Fault(3, 31, "steps.analyse.needs[0]", "there is no step 'laod'", "did you mean 'load'?"), f),
            f => Assert.Equal(new Fault(3, 53, "steps.analyse.retry.limit", "'many' is not a whole number", null), f),
            f => Assert.Equal(new Fault(3, 60, "steps.analyse.comand", "a step has no 'comand'", "did you mean 'command'?"), f));
    }
}
