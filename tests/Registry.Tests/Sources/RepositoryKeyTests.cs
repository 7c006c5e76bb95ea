using Twinrunner.Registry.Sources;

namespace Twinrunner.Registry.Tests.Sources;

public sealed class RepositoryKeyTests
{
    [Theory]
    [InlineData("https://github.com/Owner/Repo")]
    [InlineData("https://GitHub.com/owner/repo.git")]
    [InlineData("http://github.com/owner/repo/")]
    [InlineData("https://github.com:443/owner/repo")]
    [InlineData("https://ada@github.com/owner/repo")]
    [InlineData("ssh://git@github.com/owner/repo.git")]
    [InlineData("ssh://git@github.com:22/owner/repo.git")]
    [InlineData("git@github.com:owner/repo.git")]
    [InlineData("github.com:owner/repo")]
    [InlineData("git://github.com/owner/repo.git")]
    public void All_addresses_of_a_repository_have_one_key(string address) =>
        Assert.Equal("github.com/owner/repo", RepositoryKey.Of(address));

    [Theory]
    [InlineData("https://git.example.org/Owner/Repo", "git.example.org/Owner/Repo")]
    [InlineData("https://git.example.org:8443/o/r.git", "git.example.org:8443/o/r")]
    [InlineData("/srv/repositories/loader/", "/srv/repositories/loader")]
    [InlineData("what is this", "what is this")]
    public void Where_case_or_port_may_matter_they_are_kept(string address, string key) => Assert.Equal(key, RepositoryKey.Of(address));
}
