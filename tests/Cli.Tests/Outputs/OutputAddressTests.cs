using Twinrunner.Cli.Outputs;

namespace Twinrunner.Cli.Tests.Outputs;

public sealed class OutputAddressTests
{
    [Theory]
    [InlineData("last", "last", null, "")]
    [InlineData("last/report", "last", "report", "")]
    [InlineData("3f2a/throw[3]:a/b.csv", "3f2a", "throw[3]", "a/b.csv")]
    [InlineData("last/report:plots/", "last", "report", "plots")]
    [InlineData("last/report:a:b", "last", "report", "a:b")]
    public void An_address_names_execution_step_and_path(string text, string execution, string? step, string path) =>
        Assert.Equal(new OutputAddress(execution, step, path), OutputAddress.Parse(text));

    [Theory]
    [InlineData("/report")]
    [InlineData("last/")]
    [InlineData("last/:file")]
    public void An_incomplete_address_is_wrong_usage(string text) =>
        Assert.Equal(ExitCode.Usage, Assert.Throws<CliError>(() => OutputAddress.Parse(text)).ExitCode);
}
