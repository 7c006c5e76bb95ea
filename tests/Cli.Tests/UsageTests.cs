namespace Twinrunner.Cli.Tests;

public sealed class UsageTests
{
    [Theory]
    [InlineData("there is no command 'rn'; did you mean 'run'?", "rn")]
    [InlineData("twin digital-twin wants one of: list, create, show", "dt")]
    [InlineData("EXECUTION is missing", "show")]
    [InlineData("there is no option --staus; did you mean --status?", "ls", "--staus")]
    [InlineData("there is no option --search here", "component", "list", "--search", "csv")]
    [InlineData("there is no option --jsn", "component", "list", "csv", "--jsn")]
    [InlineData("'Foo' is no value for --status; it is one of Queued, Running", "ls", "--status", "Foo")]
    [InlineData("-p SEED: a name, = and a value belong here", "run", "/dev/null", "-p", "SEED", "--server", "http://127.0.0.1:1")]
    [InlineData("the workflow file /nowhere.yaml can't be read", "run", "/nowhere.yaml", "--server", "http://127.0.0.1:1")]
    [InlineData("--server is 'ftp://x', which is no address", "ls", "--server", "ftp://x")]
    public async Task A_wrong_command_line_says_what_is_wrong_and_exits_with_2(string message, params string[] args)
    {
        var run = await CliRun.OfAsync(args);

        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Out);
    }

    [Fact]
    public async Task What_follows_two_dashes_is_a_word_and_so_is_a_dash_alone()
    {
        var run = await CliRun.OfAsync("component", "list", "--server", "http://127.0.0.1:1", "-", "--", "--search");

        Assert.Equal(ExitCode.Unreachable, run.ExitCode);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_told_apart_from_wrong_usage()
    {
        var run = await CliRun.OfAsync("ls", "--server", "http://127.0.0.1:1");

        Assert.Equal(ExitCode.Unreachable, run.ExitCode);
        Assert.Contains("no server answers at http://127.0.0.1:1/", run.Error, StringComparison.Ordinal);
        Assert.Contains("next: start one with `twin serve`", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_version_is_data()
    {
        var run = await CliRun.OfAsync("version");

        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith("0.", run.Out, StringComparison.Ordinal);
        Assert.Empty(run.Error);
    }
}
