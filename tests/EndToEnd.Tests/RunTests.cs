using Twinrunner.EndToEnd.Tests.Support;
using Twinrunner.TestKit;

namespace Twinrunner.EndToEnd.Tests;

public abstract class RunTests(BackEnds backEnds)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public sealed class Embedded() : RunTests(BackEnds.Embedded);

    public sealed class Cluster() : RunTests(BackEnds.Cluster);

    [Fact]
    public async Task A_run_prints_its_log_keeps_its_outputs_and_exits_with_0()
    {
        await using var workspace = await Workspace.OpenAsync(backEnds);
        workspace.Write("hello.yaml", """
            title: Hello
            steps:
              hello:
                image: IMAGE
                script: |
                  echo "hello from a container"
                  echo content > /odtp/odtp-output/hello.txt
            """);

        var run = await workspace.DoAsync("run", "hello.yaml");

        Assert.Equal(["hello | hello from a container"], run.Lines);
        Assert.Contains("Succeeded", run.Error, StringComparison.Ordinal);
        Assert.Contains("hello.txt", (await workspace.DoAsync("outputs", "last")).Out, StringComparison.Ordinal);
        Assert.Equal("content\n", (await workspace.DoAsync("cp", "last/hello:hello.txt", "-")).Out);
        Assert.Equal("hello from a container\n", (await workspace.DoAsync("logs", "last", "hello")).Out);
    }

    [Fact]
    public async Task A_failing_step_ends_the_run_with_1_and_the_reason()
    {
        await using var workspace = await Workspace.OpenAsync(backEnds);
        workspace.Write("fails.yaml", """
            steps:
              works: {image: IMAGE, script: "true"}
              fails: {image: IMAGE, needs: works, script: "echo about to fail; exit 3"}
              never: {image: IMAGE, needs: fails, script: "true"}
            """);

        var run = await workspace.RunAsync("run", "fails.yaml");

        Assert.True(run.ExitCode == 1, run.ToString());
        Assert.Contains("about to fail", run.Out, StringComparison.Ordinal);
        Assert.Contains("ExitCode", run.Error, StringComparison.Ordinal);
        Assert.Contains("3", run.Error, StringComparison.Ordinal);
        var steps = await workspace.StepsAsync();
        Assert.Equal(("Succeeded", "Failed"), (steps["works"], steps["fails"]));
        Assert.NotEqual("Succeeded", steps["never"]);
    }

    [Fact]
    public async Task Parameters_arrive_exactly_whatever_they_hold()
    {
        const string Value = "it's \"quoted\", costs $5, `id`, $(id) \\n ünï & more;\n  second line ";
        await using var workspace = await Workspace.OpenAsync(backEnds);
        workspace.Write("echo.yaml", """
            parameters: {value: none}
            steps:
              echo:
                image: IMAGE
                parameters: {VALUE: "${{ parameters.value }}"}
                script: printf %s "$VALUE" > /odtp/odtp-output/value
            """);

        await workspace.DoAsync("run", "echo.yaml", "-p", "value=" + Value);

        await workspace.DoAsync("cp", "last/echo:value", "received");
        Assert.Equal(Value, await File.ReadAllTextAsync(Path.Combine(workspace.Folder, "received"), Cancelled));
    }

    [Fact]
    public async Task Files_pass_along_a_chain_and_a_fan_out_is_gathered()
    {
        await using var workspace = await Workspace.OpenAsync(backEnds);
        workspace.Write("flow.yaml", """
            steps:
              first: {image: IMAGE, script: "echo 7 > /odtp/odtp-output/number"}
              times:
                image: IMAGE
                needs: first
                matrix: {factor: [2, 3, 5]}
                parameters: {FACTOR: "${{ matrix.factor }}"}
                script: echo $(( $(cat /odtp/odtp-input/number) * FACTOR )) > /odtp/odtp-output/product-$FACTOR
              gather:
                image: IMAGE
                needs: times
                script: find /odtp/odtp-input -name 'product-*' | xargs sort -n > /odtp/odtp-output/all
            """);

        await workspace.DoAsync("run", "flow.yaml", "-q");

        Assert.Equal("14\n21\n35\n", (await workspace.DoAsync("cp", "last/gather:all", "-")).Out);
    }

    [Fact]
    public async Task Json_is_one_document_on_stdout_with_the_steps_in_it()
    {
        await using var workspace = await Workspace.OpenAsync(backEnds);
        workspace.Write("hello.yaml", """
            title: Hello
            steps:
              hello: {image: IMAGE, script: "echo on stderr when json is wanted"}
            """);

        var run = await workspace.JsonAsync("run", "hello.yaml");

        Assert.Equal("Succeeded", run.GetProperty("status").GetString());
        Assert.Equal("hello", run.GetProperty("steps")[0].GetProperty("name").GetString());
    }

    [Fact]
    public async Task All_faults_of_a_file_are_listed_with_their_places_and_nothing_is_started()
    {
        await using var workspace = await Workspace.OpenAsync(backEnds);
        workspace.Write("faults.yaml", """
            steps:
              one:
                imgae: IMAGE
                script: "true"
              two: {image: IMAGE, needs: nobody, script: "true"}
            """);

        var lint = await workspace.RunAsync("lint", "faults.yaml");
        var run = await workspace.RunAsync("run", "faults.yaml");

        Assert.True(lint.ExitCode == 2, lint.ToString());
        Assert.Contains("faults.yaml:3:5: error:", lint.Out, StringComparison.Ordinal);
        Assert.Contains("faults.yaml:5:", lint.Out, StringComparison.Ordinal);
        Assert.True(run.ExitCode == 2, run.ToString());
        Assert.Contains("faults.yaml:3:5: error:", run.Error, StringComparison.Ordinal);
        Assert.Empty((await workspace.DoAsync("ls", "-q")).Out);
    }

    [Fact]
    public async Task A_dry_run_shows_the_plan_and_starts_nothing()
    {
        await using var workspace = await Workspace.OpenAsync(backEnds);
        workspace.Write("plan.yaml", """
            steps:
              a: {image: IMAGE, script: "true"}
              b: {image: IMAGE, needs: a, script: "true"}
            """);

        var plan = await workspace.JsonAsync("run", "plan.yaml", "--dry-run");

        Assert.Equal(["a", "b"], plan.GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("name").GetString()));
        Assert.Empty((await workspace.DoAsync("ls", "-q")).Out);
    }

    [Fact]
    public async Task A_changed_parameter_reruns_only_what_depends_on_it()
    {
        await using var workspace = await Workspace.OpenAsync(backEnds);
        workspace.Write("cache.yaml", """
            cache: true
            parameters: {a: 1, b: 1}
            steps:
              left: {image: IMAGE, parameters: {A: "${{ parameters.a }}"}, script: "echo $A > /odtp/odtp-output/left"}
              right: {image: IMAGE, parameters: {B: "${{ parameters.b }}"}, script: "echo $B > /odtp/odtp-output/right"}
              both: {image: IMAGE, needs: [left, right], script: "cat /odtp/odtp-input/* > /odtp/odtp-output/both"}
            """);
        await workspace.DoAsync("run", "cache.yaml", "-q");

        await workspace.DoAsync("run", "cache.yaml", "-q", "-p", "b=2");

        var steps = await workspace.StepsAsync();
        Assert.Equal(("Cached", "Succeeded", "Succeeded"), (steps["left"], steps["right"], steps["both"]));
        Assert.Equal("1\n2\n", (await workspace.DoAsync("cp", "last/both:both", "-")).Out);
        Assert.Equal("1\n", (await workspace.DoAsync("cp", "last/left:left", "-")).Out);

        await workspace.DoAsync("run", "cache.yaml", "-q", "--no-cache");
        Assert.All((await workspace.StepsAsync()).Values, status => Assert.Equal("Succeeded", status));
    }

    [Fact]
    public async Task A_copied_output_is_verified_and_resumed()
    {
        await using var workspace = await Workspace.OpenAsync(backEnds);
        workspace.Write("files.yaml", """
            steps:
              make:
                image: IMAGE
                script: |
                  cd /odtp/odtp-output
                  mkdir -p deep/er; seq 1 200000 > deep/er/numbers; echo x > "name with spaces"; printf '#!/bin/sh\n' > tool; chmod 755 tool
            """);
        await workspace.DoAsync("run", "files.yaml", "-q");
        var copy = Path.Combine(workspace.Folder, "copy");
        Directory.CreateDirectory(Path.Combine(copy, "deep/er"));
        // What an interrupted download left, and what damage looks like.
        await File.WriteAllTextAsync(Path.Combine(copy, "deep/er/numbers.twin-part"), "1\n2\n3\n", Cancelled);
        await File.WriteAllTextAsync(Path.Combine(copy, "tool.twin-part"), "garbage", Cancelled);

        await workspace.DoAsync("cp", "last/make", "copy");

        Assert.Equal(string.Concat(Enumerable.Range(1, 200_000).Select(n => $"{n}\n")), await File.ReadAllTextAsync(Path.Combine(copy, "deep/er/numbers"), Cancelled));
        Assert.Equal("x\n", await File.ReadAllTextAsync(Path.Combine(copy, "name with spaces"), Cancelled));
        Assert.True(File.GetUnixFileMode(Path.Combine(copy, "tool")).HasFlag(UnixFileMode.UserExecute));
        Assert.Empty(Directory.GetFiles(copy, "*.twin-part", SearchOption.AllDirectories));
        Assert.Contains("there already", (await workspace.DoAsync("cp", "last/make", "copy")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_reaches_the_step_and_nobody_else()
    {
        const string Secret = "s3cr3t-value-0815";
        await using var workspace = await Workspace.OpenAsync(backEnds);
        workspace.Write("secret.yaml", """
            steps:
              use:
                image: IMAGE
                secrets: [TOKEN]
                script: |
                  echo "the token is $TOKEN"
                  printf %s "$TOKEN" | sha256sum | cut -c1-8
            """);
        var stored = await workspace.RunWithAsync(Secret + "\n", "secret", "set", "TOKEN");
        Assert.True(stored.ExitCode == 0, stored.ToString());

        var run = await workspace.DoAsync("run", "secret.yaml");

        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(Secret)));
        Assert.Contains(hash[..8], run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, run.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, (await workspace.DoAsync("logs", "last", "use")).ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, (await workspace.DoAsync("show", "last", "-o", "json")).ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, (await workspace.DoAsync("events", "last", "-o", "json")).ToString(), StringComparison.Ordinal);
    }
}
