using Twinrunner.Registry.GitHub;

namespace Twinrunner.Registry.Tests.GitHub;

public sealed class GitHubRepositoryTests
{
    private static readonly string[] Hosts = ["github.com", "ghe.example.org", "127.0.0.1:8080"];

    [Theory]
    [InlineData("https://github.com/odtp-org/odtp-eqasim")]
    [InlineData("https://github.com/odtp-org/odtp-eqasim/")]
    [InlineData("https://github.com/odtp-org/odtp-eqasim.git")]
    [InlineData("https://github.com/odtp-org/odtp-eqasim.git//")]
    [InlineData("  https://www.github.com/ODTP-org/ODTP-eqasim ")]
    [InlineData("http://github.com/odtp-org/odtp-eqasim")]
    [InlineData("https://git@github.com/odtp-org/odtp-eqasim")]
    [InlineData("https://GitHub.com:443/odtp-org/odtp-eqasim")]
    [InlineData("ssh://git@github.com/odtp-org/odtp-eqasim.git")]
    [InlineData("ssh://git@github.com:22/odtp-org/odtp-eqasim.git")]
    [InlineData("ssh://git@ssh.github.com:443/odtp-org/odtp-eqasim.git")]
    [InlineData("git://github.com/odtp-org/odtp-eqasim.git")]
    [InlineData("git@github.com:odtp-org/odtp-eqasim.git")]
    [InlineData("git@github.com:odtp-org/odtp-eqasim")]
    [InlineData("git@github.com:/odtp-org/odtp-eqasim/")]
    public void Every_form_of_an_address_is_the_same_repository(string address)
    {
        Assert.True(GitHubRepository.TryParse(address, Hosts, out var repository));
        Assert.Equal(new("github.com", "odtp-org", "odtp-eqasim"), repository);
        Assert.Equal(new GitHubRepository("github.com", "odtp-org", "odtp-eqasim").GetHashCode(), repository.GetHashCode());
    }

    [Theory]
    [InlineData("https://ghe.example.org/team/tool.x.git", "ghe.example.org", "team/tool.x")]
    [InlineData("git@ghe.example.org:team_one/-tool", "ghe.example.org", "team_one/-tool")]
    [InlineData("http://127.0.0.1:8080/team/tool", "127.0.0.1:8080", "team/tool")]
    [InlineData("https://github.com/a/b.git.git", "github.com", "a/b.git")]
    public void Enterprise_hosts_are_known_by_their_option(string address, string host, string fullName)
    {
        Assert.True(GitHubRepository.TryParse(address, Hosts, out var repository));
        Assert.Equal((host, fullName), (repository.Host, repository.FullName));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/srv/repositories/tool")]
    [InlineData("file:///github.com/a/b")]
    [InlineData("https://gitlab.com/a/b")]
    [InlineData("https://github.com.evil.org/a/b")]
    [InlineData("https://evil.org/github.com/a/b")]
    [InlineData("https://github.com@evil.org/a/b")]
    [InlineData("https://user:password@github.com/a/b")]
    [InlineData("https://127.0.0.1:9090/a/b")]
    [InlineData("https://github.com/a")]
    [InlineData("https://github.com/a/b/tree/main")]
    [InlineData("https://github.com/a/b?tab=readme")]
    [InlineData("https://github.com/a/b#readme")]
    [InlineData("https://github.com/a/..")]
    [InlineData("https://github.com/a/%2e%2e")]
    [InlineData("https://github.com/-a/b")]
    [InlineData("https://github.com/a/b%0aHost:evil")]
    [InlineData("git@github.com:--upload-pack=touch/b c")]
    [InlineData("-oProxyCommand=x@github.com:a/b")]
    [InlineData("https://github.com/ä/b")]
    public void What_is_no_repository_of_a_known_host_is_none(string address) => Assert.False(GitHubRepository.TryParse(address, Hosts, out _));
}
