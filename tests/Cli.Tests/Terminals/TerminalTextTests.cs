using FsCheck;
using FsCheck.Fluent;
using Twinrunner.Cli.Terminals;

namespace Twinrunner.Cli.Tests.Terminals;

public sealed class TerminalTextTests
{
    [Theory]
    [InlineData("plain text, tabs\tand ünïcödé ✓", "plain text, tabs\tand ünïcödé ✓")]
    [InlineData("\e[32mgreen\e[0m", "green")]
    [InlineData("\e]0;title\a", "␛]0;title␇")]
    [InlineData("\e[2J\e[1;1Hgone", "␛[2J␛[1;1Hgone")]
    [InlineData("50 %\r60 %", "50 %␍60 %")]
    [InlineData("\u009b31m", "\ufffd31m")]
    [InlineData("user\u202egpj.exe", "user\ufffdgpj.exe")]
    public void Escape_sequences_become_harmless(string text, string expected) =>
        Assert.Equal(expected, TerminalText.Neutralise(text));

    [Fact]
    public void Nothing_that_a_terminal_obeys_is_left() => Prop
        .ForAll<string>(text => text is null || TerminalText.Neutralise(text).All(c => !char.IsControl(c) || c == '\t'))
        .QuickCheckThrowOnFailure();
}
