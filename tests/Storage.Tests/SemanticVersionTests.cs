namespace Twinrunner.Storage.Tests;

public sealed class SemanticVersionTests
{
    [Fact]
    public void Versions_sort_as_people_mean_them()
    {
        string[] ordered =
        [
            "nightly", "0.0.0-dirty.0123456789ab", "0.1", "v0.1.1", "0.1.6a1", "0.1.6rc1", "0.1.6", "0.1.7", "0.1.7a", "0.1.7b", "v0.1.8", "0.2", "0.2.0.1", "0.10.0",
            "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta.2", "1.0.0-beta.11", "v1.0.0-rc.1", "1.0.0", "V2", "v5.0.1-alpha", "5.0.1",
        ];

        var sorted = ordered.Reverse().OrderBy(name => name, Comparer<string>.Create(SemanticVersion.Compare));

        Assert.Equal(ordered, sorted);
    }

    [Theory]
    [InlineData("1.0", "1.0.0")]
    [InlineData("v1.0.0", "1.0.0")]
    [InlineData("1.0.0+a", "1.0.0+b")]
    public void Versions_that_mean_the_same_are_equal(string left, string right) => Assert.Equal(0, SemanticVersion.Compare(left, right));

    [Theory]
    [InlineData("1.0.0", true)]
    [InlineData("0.1.7b", true)]
    [InlineData("1.0.0-rc.1", false)]
    [InlineData("1.0rc1", false)]
    [InlineData("1.0.0+build", true)]
    public void A_pre_release_is_not_stable(string name, bool stable) => Assert.Equal(stable, SemanticVersion.TryParse(name)!.IsStable);

    [Theory]
    [InlineData("")]
    [InlineData("main")]
    [InlineData("1.2.3.4.5")]
    [InlineData("123456789abc")]
    [InlineData("1..2")]
    [InlineData("99999999999")]
    [InlineData("release/1.0")]
    public void Other_names_are_no_versions(string name) => Assert.Null(SemanticVersion.TryParse(name));
}
