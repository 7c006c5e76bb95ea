using Twinrunner.Cli.Terminals;

namespace Twinrunner.Cli.Tests.Terminals;

public sealed class HumaneTests
{
    [Theory]
    [InlineData(0.04, "0.0s")]
    [InlineData(1.25, "1.3s")]
    [InlineData(9.97, "9s")]
    [InlineData(59.9, "59s")]
    [InlineData(185, "3m05s")]
    [InlineData(7380, "2h03m")]
    [InlineData(180000, "2d02h")]
    public void Durations_have_two_units_at_most(double seconds, string expected) =>
        Assert.Equal(expected, Humane.Duration(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(5L << 40, "5.0 TiB")]
    public void Sizes_are_in_powers_of_1024(long bytes, string expected) => Assert.Equal(expected, Humane.Size(bytes));
}
