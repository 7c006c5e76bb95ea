using Twinrunner.Runner.Outputs;

namespace Twinrunner.Runner.Tests.Outputs;

public sealed class PathGlobTests
{
    [Theory]
    [InlineData("*.csv", "a.csv", true)]
    [InlineData("*.csv", "data/a.csv", false)]
    [InlineData("**/*.csv", "a.csv", true)]
    [InlineData("**/*.csv", "data/old/a.csv", true)]
    [InlineData("data/**", "data/old/a.csv", true)]
    [InlineData("data/**", "data.csv", false)]
    [InlineData("data", "data/old/a.csv", true)]
    [InlineData("data/", "data/a.csv", true)]
    [InlineData("data", "database", false)]
    [InlineData("**", "any/thing", true)]
    [InlineData("a?c", "abc", true)]
    [InlineData("a?c", "a/c", false)]
    [InlineData("part-[0-9].txt", "part-7.txt", true)]
    [InlineData("part-[!0-9].txt", "part-7.txt", false)]
    [InlineData("part-[!0-9].txt", "part-x.txt", true)]
    [InlineData("[a]b", "ab", true)]
    [InlineData("[a", "[a", true)]
    [InlineData("a.c+(d)", "a.c+(d)", true)]
    [InlineData("a.c", "abc", false)]
    [InlineData("*", "new\nline", true)]
    public void A_pattern_matches_paths(string pattern, string path, bool matches) =>
        Assert.Equal(matches, new PathGlob(pattern).Matches(path));

    [Fact]
    public void A_pattern_of_many_stars_takes_no_longer_than_the_path()
    {
        var glob = new PathGlob(string.Concat(Enumerable.Repeat("*a", 50)) + "b");
        Assert.False(glob.Matches(new string('a', 10_000)));
    }
}
