using System.Diagnostics;
using System.Text;
using Twinrunner.Runner.Workflows;

namespace Twinrunner.Runner.Tests.Workflows;

public sealed class WorkflowFaultTests
{
    [Theory]
    [InlineData("", 1, 1, "the file is empty")]
    [InlineData("- a", 1, 1, "a workflow is a mapping, this is a list")]
    [InlineData("steps: [", 1, 9, "this is not YAML")]
    [InlineData("steps:\n\ta: b", 2, 1, "this is not YAML")]
    [InlineData("steps: {a: {image: i}}\n---\nsteps: {}", 2, 1, "a second document starts here")]
    [InlineData("steps: {}", 1, 1, "the workflow has no steps")]
    [InlineData("steps: {a: {image: i, image: j}}", 1, 23, "'image' is here twice")]
    [InlineData("steps: {a: {image: i}, a: {image: j}}", 1, 24, "'a' is here twice")]
    [InlineData("steps: [{name: a, image: i}, {name: a, image: j}]", 1, 37, "there are two steps 'a'")]
    [InlineData("steps: {My_Step: {image: i}}", 1, 9, "'My_Step' can't be the name of a step")]
    [InlineData("steps: {a: {image: i, needs: [a]}}", 1, 31, "step 'a' needs itself")]
    [InlineData("steps: {a: {image: i, component: c}}", 1, 20, "the step has both 'component' and 'image'")]
    [InlineData("steps: {a: {script: x}}", 1, 12, "the step says nothing to run")]
    [InlineData("steps: {a: {image: i, script: x, command: [y]}}", 1, 43, "the step has both 'script' and 'command'")]
    [InlineData("steps: {a: {image: i, command: python app.py}}", 1, 32, "this is a list")]
    [InlineData("steps: {a: {image: i, ready: {tcp: 80}}}", 1, 30, "'ready' is for steps that serve")]
    [InlineData("steps: {a: {image: i, type: interactive, ready: {http: /}}}", 1, 56, "'http' needs the 'port' beside it")]
    [InlineData("steps: {a: {image: i, type: interactive, ready: {log: '(?=x)'}}}", 1, 55, "look-around and back-references can't be used in a pattern")]
    [InlineData("steps: {a: {image: i, env: {X: 1}, secrets: [X]}}", 1, 46, "'X' is in 'env' already")]
    [InlineData("steps: {a: {image: i, ports: [80, '8080:80']}}", 1, 35, "port 80 is here twice")]
    [InlineData("steps: {a: {image: i, ports: [70000]}}", 1, 31, "'70000' is not a port from 1 to 65535")]
    [InlineData("steps: {a: {image: i, outputs: ../x}}", 1, 32, "'../x' must not lead out with '..'")]
    [InlineData("steps: {a: {image: i, outputs: 'a[b'}}", 1, 32, "'[' in 'a[b' is not closed")]
    [InlineData("steps: {a: {image: i, timeouts: {running: soon}}}", 1, 43, "'soon' is not a duration")]
    [InlineData("steps: {a: {image: i, resources: {memory: 2GBit}}}", 1, 43, "'2GBit' is not a size")]
    [InlineData("steps: {a: {image: i, resources: {cpu: two}}}", 1, 40, "'two' is not a count of cores")]
    [InlineData("steps: {a: {image: i, retry: {on: [Exit]}}}", 1, 36, "'Exit' is not one of")]
    [InlineData("steps: {a: {image: i, matrix: {}}}", 1, 31, "the matrix has no variables")]
    [InlineData("steps: {a: {image: i, matrix: {x: []}}}", 1, 31, "the matrix has no items")]
    [InlineData("steps: {a: {image: i, depends_on: []}}", 1, 23, "a step has no 'depends_on'")]
    [InlineData("steps: {a: {image: i}, b: {image: i, inputs: [{from: a}]}}", 1, 47, "'a' is not one of the steps that 'b' needs")]
    [InlineData("steps: {a: {image: '${{ steps.b.outputs.x }}', needs: b}, b: {image: i}}", 1, 20, "this must be known before any step runs")]
    [InlineData("parameters: {n: {default: x, type: integer}}\nsteps: {a: {image: i}}", 1, 27, "the default of 'n' takes an integer, not 'x'")]
    [InlineData("steps: {a: *b}", 1, 12, "there is no anchor '&b' above '*b'")]
    [InlineData("steps: &s {a: *s}", 1, 15, "'*s' stands inside of '&s' itself")]
    public void A_fault_says_where_and_what(string yaml, int line, int column, string message)
    {
        var fault = Assert.Single(WorkflowParser.Parse(yaml).Faults);
        Assert.StartsWith(message, fault.Message);
        Assert.Equal((line, column), (fault.Line, fault.Column));
    }

    [Fact]
    public void A_circle_is_named_in_full()
    {
        var fault = Assert.Single(WorkflowParser.Parse("""
            steps:
              start: {image: i}
              a: {image: i, needs: [start, c]}
              b: {image: i, needs: a}
              c: {image: i, needs: b}
              end: {image: i, needs: c}
            """).Faults);
        Assert.Equal("steps need each other in a circle: a -> c -> b -> a", fault.Message);
    }

    [Fact]
    public void Values_are_checked_against_the_component()
    {
        var plan = Planned.Of("""
            steps:
              a: {component: laoder}
              b: {component: loader@2}
              c: {component: loader@v1.2.0, parameters: {CITY: Basel, COUNT: many}}
              d: {component: loader@v1.2.0, parameters: {COUNT: 0, MODE: custom, CITI: x}, secrets: [API_KEY]}
              e: {component: loader, parameters: {SHARE: 2}}
            """, TestComponents.Catalogue());
        Assert.Equal(
            [
                "flow:2:18: error: there is no component 'laoder' (steps.a.component)",
                "flow:3:18: error: component 'loader' has no version '2' (steps.b.component)",
                "flow:4:6: warning: component 'loader@v1.2.0' takes the secret 'API_KEY', which is not given (steps.c)",
                "flow:4:52: error: parameter 'CITY' doesn't take 'Basel' (steps.c.parameters.CITY)",
                "flow:4:66: error: parameter 'COUNT' takes an integer, not 'many' (steps.c.parameters.COUNT)",
                "flow:5:6: error: component 'loader@v1.2.0' needs parameter 'CITY' (steps.d)",
                "flow:5:53: error: parameter 'COUNT' is 0, outside of 1 to inf (steps.d.parameters.COUNT)",
                "flow:5:76: warning: component 'loader@v1.2.0' declares no parameter 'CITI' (steps.d.parameters.CITI)",
                "flow:6:6: error: component 'loader@v1.2.0' needs parameter 'CITY' (steps.e)",
                "flow:6:6: warning: component 'loader@v1.2.0' takes the secret 'API_KEY', which is not given (steps.e)",
                "flow:6:46: warning: component 'loader@v1.2.0' declares no parameter 'SHARE' (steps.e.parameters.SHARE)",
            ],
            plan.Faults.Select(f => FaultLine.Of(f, "flow")));
    }

    [Fact]
    public void Parameters_given_are_read_as_their_type_or_refused()
    {
        const string Yaml = "parameters: {n: 3, flag: false, sizes: [1], city: {options: [Zurich]}}\nsteps: {a: {image: i, command: ['${{ parameters.n }} ${{ parameters.flag }} ${{ parameters.sizes }}']}}";
        Assert.Equal(["4 true 5,6"], Planned.Good(Yaml, parameters: new { n = "4", flag = "TRUE", sizes = "5, 6", city = "Zurich" }).Steps[0].Spec.Command);
        Assert.Equal(
            [
                "the workflow has no parameter 'citi'",
                "parameter 'n' takes an integer, not 'x'",
                "parameter 'city' has no default and was not given",
            ],
            Planned.Of(Yaml, parameters: new { n = "x", citi = "Zurich" }).Faults.Select(f => f.Message));
    }

    [Fact]
    public void Ports_clash_only_between_steps_that_can_run_together()
    {
        var plan = Planned.Of("""
            steps:
              web: {image: i, type: interactive, ports: ["8080:80"]}
              use: {image: i, needs: web, ports: ["8080:1"]}
              after: {image: i, needs: use, ports: ["8080:1"]}
              many: {image: i, matrix: {n: [1, 2]}, ports: ["9090:1"]}
            """);
        Assert.Equal(
            [
                "'use' wants port 8080 of the machine, and so does 'web', which may run at the same time",
                "every item of 'many' wants port 9090 of the machine",
            ],
            plan.Faults.Select(f => f.Message));
    }

    [Fact]
    public void Bombs_and_deep_nesting_are_refused()
    {
        var bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (var i = 1; i < 12; i++)
            bomb.Append($"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        Assert.Contains("with its aliases written out", Assert.Single(WorkflowParser.Parse(bomb.ToString()).Faults).Message);
        Assert.Contains("nested deeper than 32 levels", Assert.Single(WorkflowParser.Parse(new string('[', 100_000)).Faults).Message);
        Assert.Contains("1,048,576 are allowed", Assert.Single(WorkflowParser.Parse(new string(' ', 2_000_000)).Faults).Message);
    }

    [Fact]
    public void A_file_full_of_faults_ends_with_the_first_two_hundred()
    {
        var yaml = "steps:\n" + string.Concat(Enumerable.Range(0, 20_000).Select(i => $"  step-{i}: {{needs: unknown-{i}, x: 1}}\n"));
        var started = Stopwatch.GetTimestamp();
        var faults = WorkflowParser.Parse(yaml).Faults;
        Assert.Equal(201, faults.Count);
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void Plans_stay_within_their_limits()
    {
        Assert.Contains("100,000 are allowed", Assert.Single(Planned.Of("steps: {a: {image: i, matrix: {i: {from: 1, to: 1000}, j: {from: 1, to: 101}}}}").Faults).Message);
        Assert.Contains("10,000 are allowed", Assert.Single(Planned.Of("steps: {a: {image: i, matrix: {i: {from: 1, to: 10001}}}, b: {image: i, needs: a}}").Faults).Message);
        Assert.Contains("1,000,000 dependencies", Assert.Single(Planned.Of("steps: {a: {image: i, matrix: {i: {from: 1, to: 1001}}}, b: {image: i, needs: a, matrix: {i: {from: 1, to: 1000}}}}").Faults).Message);
    }

    [Fact]
    public void A_hundred_thousand_steps_are_planned_in_linear_time()
    {
        var small = Time(5_000);
        var large = Time(50_000);
        Assert.True(large < small * 60 + TimeSpan.FromSeconds(2), $"5,000 pairs took {small}, 50,000 took {large}");

        static TimeSpan Time(int items)
        {
            var yaml = $$$"""
                steps:
                  a: {image: i, matrix: {i: {from: 1, to: {{{items}}}}}, command: ["${{ matrix.i }}"]}
                  b: {image: i, matrix: {i: {from: 1, to: {{{items}}}}}, needs: [{step: a, item: same}], command: ["${{ steps.a.outputs.x }}"]}
                """;
            var started = Stopwatch.GetTimestamp();
            Assert.Equal(2 * items, Planned.Good(yaml).Steps.Count);
            return Stopwatch.GetElapsedTime(started);
        }
    }
}
