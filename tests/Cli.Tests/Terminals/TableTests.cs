using Twinrunner.Cli.Terminals;

namespace Twinrunner.Cli.Tests.Terminals;

public sealed class TableTests
{
    [Fact]
    public void Columns_are_aligned_and_lines_have_no_trailing_blanks()
    {
        var table = new Table("STEP", "STATUS", "WHAT");
        table.Add("load", "Succeeded", "");
        table.Add("analyse", "Failed", "it ended with exit code 3");

        Assert.Equal("""
            STEP     STATUS     WHAT
            load     Succeeded
            analyse  Failed     it ended with exit code 3

            """, Written(table));
    }

    [Fact]
    public void A_terminal_cuts_what_would_wrap()
    {
        var table = new Table("STEP", "WHAT");
        table.Add("load", "a sentence that is too long");

        Assert.Equal("STEP  WHAT\nload  a sentence…\n", Written(table, width: 17));
    }

    [Fact]
    public void A_cell_is_one_harmless_line()
    {
        var table = new Table("WHAT");
        table.Add("two\nlines\e[2J");

        Assert.Equal("WHAT\ntwo lines␛[2J\n", Written(table));
    }

    private static string Written(Table table, int? width = null)
    {
        var writer = new StringWriter();
        table.WriteTo(writer, new Style(false), width);
        return writer.ToString();
    }
}
