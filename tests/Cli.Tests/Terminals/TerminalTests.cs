using Twinrunner.Cli.Terminals;

namespace Twinrunner.Cli.Tests.Terminals;

public sealed class TerminalTests
{
    [Fact]
    public void What_is_piped_stays_exact()
    {
        var terminal = new Terminal(TextWriter.Null, TextWriter.Null, TextReader.Null) { OutIsTerminal = false };

        Assert.Equal("\e[2J", terminal.ForOut("\e[2J"));
    }

    [Fact]
    public void The_status_line_stays_below_what_is_printed()
    {
        var error = new StringWriter();
        var terminal = new Terminal(TextWriter.Null, error, TextReader.Null) { ErrorIsTerminal = true };

        terminal.ShowStatus("1/2 steps done");
        terminal.Note("load done");
        terminal.ShowStatus("");

        Assert.Equal("1/2 steps done\r\e[Kload done\n1/2 steps done\r\e[K", error.ToString());
    }

    [Fact]
    public void Without_a_terminal_nothing_moves_and_nothing_is_coloured()
    {
        var error = new StringWriter();
        var terminal = new Terminal(TextWriter.Null, error, TextReader.Null) { Colour = true };

        terminal.ShowStatus("1/2 steps done");
        terminal.Note(terminal.ErrorStyle.Paint(Tone.Bad, "failed"));

        Assert.Equal("failed\n", error.ToString());
    }

    [Fact]
    public void NO_COLOR_is_obeyed() =>
        Assert.False(Terminal.OfProcess(name => name == "NO_COLOR" ? "1" : null).Colour);
}
