using Twinrunner.Registry.Images;

namespace Twinrunner.Registry.Tests.Images;

public sealed class DockerIgnoreTests
{
    [Theory]
    [InlineData("data", "data/x/y", true)]
    [InlineData("/data/", "data/x", true)]
    [InlineData("data", "other/data", false)]
    [InlineData("**/data", "a/b/data/x", true)]
    [InlineData("**/data", "data", true)]
    [InlineData("*.md", "README.md", true)]
    [InlineData("*.md", "docs/README.md", false)]
    [InlineData("**/*.md", "docs/README.md", true)]
    [InlineData("*/temp*", "a/temporary", true)]
    [InlineData("*/temp*", "a/b/temporary", false)]
    [InlineData("temp?", "tempa", true)]
    [InlineData("[ab]c", "bc", true)]
    [InlineData("# *.md", "README.md", false)]
    [InlineData("*.md\n!README.md", "README.md", false)]
    [InlineData("*.md\n!README*.md\nREADME-secret.md", "README-secret.md", true)]
    [InlineData("*", "app/x", true)]
    [InlineData("*\n!app", "app/x", false)]
    [InlineData("**", "Dockerfile", false)]
    [InlineData("a/../b", "b", true)]
    [InlineData("[z-a]", "x", false)]
    [InlineData("\r\n \r\nx.log\r\n", "x.log", true)]
    public void Rules_are_those_of_docker(string rules, string path, bool excluded) => Assert.Equal(excluded, DockerIgnore.Parse(rules).Excludes(path));
}
