using System.CommandLine;
using Twinrunner.Cli.Verbs;

namespace Twinrunner.Cli.Tests.Help;

public sealed class HelpTests
{
    public static TheoryData<string> Commands => [.. All(Tree()).Select(Path)];

    [Theory, MemberData(nameof(Commands))]
    public async Task Every_command_explains_itself(string path)
    {
        var run = await CliRun.OfAsync([.. path.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1), "--help"]);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains($"Usage:\n  {path}", run.Out, StringComparison.Ordinal);
        Assert.Empty(run.Error);
    }

    [Theory, MemberData(nameof(Commands))]
    public void Every_verb_has_a_summary_and_examples_that_parse(string path)
    {
        var command = All(Tree()).Single(command => Path(command) == path);

        Assert.EndsWith(".", command.Description, StringComparison.Ordinal);
        if (command is not Verb verb)
            return;
        Assert.NotEmpty(verb.Examples);
        foreach (var example in verb.Examples)
        {
            var result = Tree().Parse(ShellWords.Of(example.Line), new ParserConfiguration { ResponseFileTokenReplacer = null });
            Assert.True(result.Errors.Count == 0, $"{example.Line}: {string.Join("; ", result.Errors)}");
            Assert.IsNotType<RootCommand>(result.CommandResult.Command);
        }
    }

    [Fact]
    public async Task The_root_names_every_exit_code()
    {
        var run = await CliRun.OfAsync("--help");

        Assert.All(ExitCode.All, code => Assert.Contains($"{code.Code,-5}{code.Meaning}", run.Out, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_command_the_help_is_shown()
    {
        var run = await CliRun.OfAsync();

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("Run workflows:", run.Out, StringComparison.Ordinal);
    }

    private static Twinrunner.Cli.Help.TwinRoot Tree()
    {
        var terminal = new Twinrunner.Cli.Terminals.Terminal(TextWriter.Null, TextWriter.Null, TextReader.Null);
        return CommandTree.Build(new CliContext(terminal, _ => null, TimeProvider.System, new Interrupts()));
    }

    private static IEnumerable<Command> All(Command command) => command.Subcommands.SelectMany(All).Prepend(command);

    private static string Path(Command command) => Twinrunner.Cli.Help.HelpText.FullName(command);
}
