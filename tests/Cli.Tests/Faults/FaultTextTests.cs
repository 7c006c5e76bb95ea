using Twinrunner.Cli.Faults;
using Twinrunner.Cli.Terminals;
using Twinrunner.Client;

namespace Twinrunner.Cli.Tests.Faults;

public sealed class FaultTextTests
{
    private const string Source = """
        steps:
          load:
            imgae: debian
        """;

    [Fact]
    public void A_fault_shows_its_line_with_a_caret_and_what_to_write()
    {
        var text = FaultText.Write([new FaultView(3, 5, "steps.load.imgae", "unknown key 'imgae'", "did you mean 'image'?")], "flow.yaml", Source, default);

        Assert.Equal("""
            flow.yaml:3:5: error: unknown key 'imgae' (steps.load.imgae)
              3 |     imgae: debian
                |     ^
              hint: did you mean 'image'?
            """, text);
    }

    [Fact]
    public void A_fault_outside_the_file_has_no_line()
    {
        var text = FaultText.Write([new FaultView(0, 0, "parameters.SEED", "it is missing")], "flow.yaml", Source, default);

        Assert.Equal("flow.yaml: error: it is missing (parameters.SEED)", text);
    }

    [Fact]
    public void Faults_come_in_the_order_of_the_file_and_warnings_are_named()
    {
        var text = FaultText.Write([new FaultView(3, 1, "", "b"), new FaultView(1, 1, "", "a", IsWarning: true)], "flow.yaml", Source, default);

        Assert.Matches("(?s)^flow.yaml:1:1: warning: a.*flow.yaml:3:1: error: b", text);
    }

    [Theory]
    [InlineData(99, 1)]
    [InlineData(1, 9999)]
    public void A_place_outside_the_text_is_no_trap(int line, int column) =>
        Assert.NotEmpty(FaultText.Write([new FaultView(line, column, "", "odd")], "flow.yaml", Source, new Style(true)));
}
