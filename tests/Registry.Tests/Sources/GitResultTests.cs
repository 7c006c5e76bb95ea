using Twinrunner.Registry.Git;

namespace Twinrunner.Registry.Tests.Sources;

public sealed class GitResultTests
{
    [Theory]
    [InlineData("ssh: connect to host example.org port 22: Connection refused\r\nfatal: Could not read from remote repository.\n\nPlease make sure …", "ssh: connect to host example.org port 22: Connection refused")]
    [InlineData("git@example.org: Permission denied (publickey).\nfatal: Could not read from remote repository.\n", "git@example.org: Permission denied (publickey)")]
    [InlineData("fatal: Could not read from remote repository.\n", "Could not read from remote repository")]
    [InlineData("warning: something\nfatal: repository 'x' not found\nmore\n", "repository 'x' not found")]
    [InlineData("error: one\nerror: two.\n", "error: two")]
    [InlineData("", "exit code 128")]
    public void A_complaint_says_why_and_ends_without_a_full_stop(string error, string complaint) =>
        Assert.Equal(complaint, new GitResult(128, default, error).Complaint);
}
