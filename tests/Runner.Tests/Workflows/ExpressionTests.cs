using Twinrunner.Runner.Workflows;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Tests.Workflows;

public sealed class ExpressionTests
{
    private static readonly RunTimeScope Scope = new(new Id<Execution>(Planned.CountedId(7)), "A title", new Dictionary<string, RunTimeStep>
    {
        ["load"] = new(StepStatus.Succeeded, 0, new Dictionary<string, string> { ["rows"] = "12", ["name"] = "it's $HOME" }, null, new Dictionary<int, int>()),
        ["web-1"] = new(StepStatus.Ready, null, new Dictionary<string, string>(), "web-1", new Dictionary<int, int> { [80] = 32768 }),
        ["simulate[3]"] = new(StepStatus.Cached, 0, new Dictionary<string, string> { ["x"] = "9" }, null, new Dictionary<int, int>()),
    });

    [Theory]
    [InlineData("plain $HOME ${X} $(y)", "plain $HOME ${X} $(y)")]
    [InlineData("${{ steps.load.outputs.rows }} rows", "12 rows")]
    [InlineData("${{steps.load.outputs['name']}}", "it's $HOME")]
    [InlineData("${{ steps.load.status }}/${{ steps.load.exitCode }}", "Succeeded/0")]
    [InlineData("http://${{ steps.web-1.host }}:${{ steps.web-1.ports.80 }}/", "http://web-1:32768/")]
    [InlineData("${{ steps.simulate[3].outputs.x }}", "9")]
    [InlineData("${{ execution.id }} ${{ execution.title }}", "000000000000000000000007 A title")]
    [InlineData("$${{ steps.load }}", "${{ steps.load }}")]
    [InlineData("$$${{ x }}", "$${{ x }}")]
    [InlineData("${{ '}}' }}", "}}")]
    [InlineData("${{ 'it''s' }} ${{ \"a\"\"b\" }}", "it's a\"b")]
    [InlineData("${{ steps.load.outputs.rows > 9 }}", "true")]
    [InlineData("${{ '10' < '9' }}", "true")]
    [InlineData("${{ 10 < '9' }}", "false")]
    [InlineData("${{ 'TRUE' == true }}", "true")]
    [InlineData("${{ 'x' == 1 }}${{ 'x' != 1 }}${{ 'x' < 1 }}", "falsetruefalse")]
    [InlineData("${{ null == null }}${{ null == '' }}", "truefalse")]
    [InlineData("${{ false || 'default' }}", "default")]
    [InlineData("${{ true && 1.50 }}", "1.50")]
    [InlineData("${{ !(1 == 1 && 2 > 3) }}", "true")]
    [InlineData("${{ contains('Zurich', 'ric') && startsWith('Bern', 'B') && endsWith('Bern', 'rn') }}", "true")]
    [InlineData("${{ contains(list(1, 2), '2') }} ${{ join(list('a', 'b'), '-') }}", "true a-b")]
    public void A_text_is_expanded(string text, string expected)
    {
        var problems = new List<string>();
        Assert.Equal(expected, RunTimeExpressions.Expand(text, Scope, problems));
        Assert.Empty(problems);
    }

    [Theory]
    [InlineData("${{ steps.load.outputs.lines }}", "'steps.load.outputs.lines': step 'load' set no output value 'lines'.")]
    [InlineData("${{ steps.other.status }}", "'steps.other.status': step 'other' is not one that this step needs.")]
    [InlineData("${{ steps.load.host }}", "'steps.load.host': step 'load' can't be reached, it does not serve.")]
    [InlineData("${{ steps.web-1.ports.81 }}", "'steps.web-1.ports.81': step 'web-1' does not serve on port 81.")]
    public void A_value_that_is_not_there_is_a_problem_and_never_a_silent_text(string text, string problem)
    {
        var problems = new List<string>();
        Assert.Equal("", RunTimeExpressions.Expand(text, Scope, problems));
        Assert.Equal([problem], problems);
    }

    [Fact]
    public void A_value_is_never_read_as_an_expression()
    {
        var scope = Scope with
        {
            Needs = new Dictionary<string, RunTimeStep>
            {
                ["load"] = Scope.Needs["load"] with { Outputs = new Dictionary<string, string> { ["x"] = "${{ execution.id }}" } },
            },
        };
        Assert.Equal("<${{ execution.id }}>", RunTimeExpressions.Expand("<${{ steps.load.outputs.x }}>", scope, []));
    }

    [Theory]
    [InlineData(null, true, false)]
    [InlineData("success()", true, false)]
    [InlineData("failure()", false, true)]
    [InlineData("always()", true, true)]
    [InlineData("!success()", false, true)]
    [InlineData("steps.load.outputs.rows > 10", true, false)]
    [InlineData("always() && steps.load.outputs.rows > 10", true, true)]
    [InlineData("false", false, false)]
    public void A_condition_asks_for_success_unless_it_says_otherwise(string? when, bool afterSuccess, bool afterFailure)
    {
        var failed = Scope with { Needs = new Dictionary<string, RunTimeStep>(Scope.Needs) { ["bad"] = new(StepStatus.Failed, 1, new Dictionary<string, string>(), null, new Dictionary<int, int>()) } };
        Assert.Equal(afterSuccess, RunTimeExpressions.EvaluateCondition(when, Scope, []));
        Assert.Equal(afterFailure, RunTimeExpressions.EvaluateCondition(when, failed, []));
    }

    [Theory]
    [InlineData("${{ parameters.city", "'${{' has no '}}'")]
    [InlineData("${{ }}", "the expression ends where a value is expected")]
    [InlineData("${{ 'a }}", "the text that starts with ' has no end")]
    [InlineData("${{ parameters.city = 'x' }}", "'=' alone means nothing, compare with '=='")]
    [InlineData("${{ parameters.city ; }}", "';' means nothing in an expression")]
    [InlineData("${{ upper('x') }}", "there is no function 'upper' (there are: success, failure, always, contains, startsWith, endsWith, join, list)")]
    [InlineData("${{ contains('x') }}", "contains() takes 2 values, here are 1")]
    [InlineData("${{ always(1) }}", "always() takes nothing in its brackets")]
    [InlineData("${{ 1 < 2 < 3 }}", "'<' is not expected here")]
    [InlineData("${{ env.X }}", "'env' is no name that an expression knows")]
    [InlineData("${{ parameters.citi }}", "there is no parameter 'citi'")]
    [InlineData("${{ matrix.size }}", "there is no variable of the matrix 'size'")]
    [InlineData("${{ steps.other.status }}", "'steps.other.status': step 'a' doesn't need step 'other', so it may not have run")]
    [InlineData("${{ steps.load.output.x }}", "'steps.load.output.x' is nothing that a step has")]
    [InlineData("${{ steps.many.outputs.x }}", "'steps.many.outputs.x': step 'many' has a matrix, so there are several of it")]
    [InlineData("${{ steps.load[0].outputs.x }}", "'steps.load[0].outputs.x': step 'load' has no matrix")]
    public void A_bad_expression_is_a_fault_of_the_file(string text, string message)
    {
        var yaml = """
            parameters: {city: Zurich}
            steps:
              load: {image: i}
              other: {image: i}
              many: {image: i, matrix: {n: [1, 2]}}
              a:
                image: i
                needs: [load, many]
                command: ["TEXT"]
            """.Replace("TEXT", text, StringComparison.Ordinal);
        var fault = Assert.Single(WorkflowParser.Parse(yaml).Faults);
        Assert.Equal(message, fault.Message);
        Assert.Equal((9, "steps.a.command[0]"), (fault.Line, fault.Where));
    }

    [Fact]
    public void Depth_and_length_are_limited()
    {
        Assert.Contains("nested at most 32", Assert.Single(WorkflowParser.Parse($"title: ${{{{ {new string('(', 5000)} }}}}\nsteps: {{a: {{image: i}}}}").Faults).Message);
        Assert.Contains("at most 4096 characters", Assert.Single(WorkflowParser.Parse($"title: ${{{{ '{new string('x', 5000)}' }}}}\nsteps: {{a: {{image: i}}}}").Faults).Message);
    }

    [Fact]
    public void Planning_puts_in_what_it_knows_and_leaves_the_rest_to_be_worked_out_while_running()
    {
        var plan = Planned.Good("""
            parameters: {city: "it's ${{ 'x' }}", price: 5, long: a}
            steps:
              load: {image: i}
              use:
                image: i
                needs: load
                command:
                  - "${{ parameters.city }} ${{ steps.load.outputs.rows }}"
                  - "$${{ parameters.city }}"
                  - "$${{ '$' }}$${{ x }}"
                  - "costs ${{ '$' }}${{ steps.load.outputs.price }}"
                  - "${{ steps.load.outputs.rows > parameters.price && parameters.city == 'b' }}"
                when: steps.load.outputs.rows > parameters.price
            """.Replace("\"it's ${{ 'x' }}\"", "\"it's $${{ 'x' }}\"", StringComparison.Ordinal));

        var use = plan.Step("use");
        Assert.Equal(
            [
                "it's $${{ 'x' }} ${{ steps.load.outputs.rows }}",
                "$${{ parameters.city }}",
                "$${{ '$' }}$${{ x }}",
                "costs ${{ '$' }}${{ steps.load.outputs.price }}",
                "${{ (steps.load.outputs.rows > 5) && false }}",
            ],
            use.Spec.Command);
        Assert.Equal("steps.load.outputs.rows > 5", use.Spec.When);
        Assert.Equal("it's ${{ 'x' }} 12", RunTimeExpressions.Expand(use.Spec.Command![0], Scope, []));
    }
}
