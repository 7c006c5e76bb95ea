using Microsoft.Extensions.Logging;
using Twinrunner.Runner.Hosting;
using Twinrunner.TestKit;

namespace Twinrunner.Runner.Tests.Hosting;

public sealed class HostSettingsTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly Dictionary<string, string> _environment = [];

    [Fact]
    public void Flags_go_over_the_environment_over_the_file_over_defaults()
    {
        File.WriteAllText(_folder[HostSettingsReader.FileName], """{ "slots": 2, "logLevel": "debug", "listen": ["http://127.0.0.1:1"], /* why */ "shutdownSeconds": 3, }""");
        _environment["TWIN_SLOTS"] = "3";
        _environment["TWIN_LOG_LEVEL"] = "warning";

        var settings = Read(("--slots", "4"));

        Assert.Equal(4, settings.Slots);
        Assert.Equal(LogLevel.Warning, settings.LogLevel);
        Assert.Equal(["http://127.0.0.1:1"], settings.Urls);
        Assert.Equal(TimeSpan.FromSeconds(3), settings.ShutdownTimeout);
        Assert.Equal("local", settings.DefaultUser);
    }

    [Fact]
    public void All_faults_are_listed_at_once()
    {
        File.WriteAllText(_folder[HostSettingsReader.FileName], """{ "slotz": 2, "slots": "many", "token": "a-token-in-a-file-that-others-read" }""");
        _environment["TWIN_LOG_LEVEL"] = "loud";

        var faults = Assert.Throws<InvalidSettingsException>(() => Read(("--max-request-bytes", "-1"), ("--listen", "http://0.0.0.0:80,ftp://x"))).Faults;

        Assert.Collection(
            faults,
            fault => Assert.Contains("'slotz'", fault, StringComparison.Ordinal),
            fault => Assert.Contains("'token'", fault, StringComparison.Ordinal),
            fault => Assert.Contains("'slots' in twinrunner.json is 'many'", fault, StringComparison.Ordinal),
            fault => Assert.Contains("--max-request-bytes is '-1'", fault, StringComparison.Ordinal),
            fault => Assert.Contains("TWIN_LOG_LEVEL is 'loud'", fault, StringComparison.Ordinal),
            fault => Assert.Contains("without authentication", fault, StringComparison.Ordinal),
            fault => Assert.Contains("ftp://x", fault, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http://0.0.0.0:7466")]
    [InlineData("http://[::]:7466")]
    [InlineData("http://192.0.2.1:7466")]
    public void Listening_beyond_loopback_needs_a_token(string url)
    {
        Assert.Contains("without authentication", Assert.Throws<InvalidSettingsException>(() => Read(("--listen", url))).Message, StringComparison.Ordinal);

        _environment["TWIN_API_TOKEN"] = "0123456789abcdef";
        Assert.Equal([url], Read(("--listen", url)).Urls);
    }

    [Fact]
    public void A_token_is_never_shown_in_a_fault()
    {
        _environment["TWIN_API_TOKEN"] = "hunter2";

        Assert.DoesNotContain("hunter2", Assert.Throws<InvalidSettingsException>(() => Read()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_GitHub_Enterprise_server_is_named_by_its_host()
    {
        var hosts = Read(("--github-hosts", "GHE.example.org, other.example.org:8443=http://api.example.org/v3")).Registry.GitHubApi;

        Assert.Equal(
            ["ghe.example.org https://ghe.example.org/api/v3/", "github.com https://api.github.com/", "other.example.org:8443 http://api.example.org/v3/"],
            hosts.Select(host => $"{host.Key} {host.Value}").Order());
        Assert.Contains("neither HOST nor HOST=https://", Assert.Throws<InvalidSettingsException>(() => Read(("--github-hosts", "https://ghe.example.org"))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0123456789abcdef", 1)]
    [InlineData("0123456789abcdef\nfedcba9876543210\n", 2)]
    [InlineData("short", 0)]
    [InlineData("0123456789abcdef\nshort", 0)]
    public void Secrets_of_webhooks_are_lines_that_cannot_be_guessed(string text, int count)
    {
        _environment["TWIN_GITHUB_WEBHOOK_SECRET"] = text;

        if (count > 0)
            Assert.Equal(count, Read().GitHubWebhookSecrets.Count);
        else
            Assert.DoesNotContain("0123456789abcdef", Assert.Throws<InvalidSettingsException>(() => Read()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Broken_JSON_in_the_file_is_a_fault_with_its_place()
    {
        File.WriteAllText(_folder[HostSettingsReader.FileName], "{ \"slots\": ");

        Assert.Contains("LineNumber", Assert.Throws<InvalidSettingsException>(() => Read()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_data_folder_follows_the_environment()
    {
        _environment["HOME"] = "/home/ada";
        Assert.Equal("/home/ada/.local/share/twinrunner", DataFolder.DefaultPath(Variable));
        _environment["XDG_DATA_HOME"] = "/srv/share";
        Assert.Equal("/srv/share/twinrunner", DataFolder.DefaultPath(Variable));
        _environment["TWIN_DATA"] = "/srv/twin";
        Assert.Equal("/srv/twin", DataFolder.DefaultPath(Variable));
    }

    [Fact]
    public void The_documentation_shows_every_setting_as_it_is()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "configuration.md"));

        foreach (var setting in HostSettingList.All)
        {
            var row = $"| `{setting.Name}` | {(setting.Flag is { } flag ? $"`{flag}`" : "–")} | `{setting.Variable}` | {setting.Default} | {setting.Help} | {setting.Cost} |";
            Assert.True(page.Contains(row, StringComparison.Ordinal), $"docs/configuration.md lacks this row:\n{row}");
        }
    }

    public void Dispose() => _folder.Dispose();

    private HostSettings Read(params (string Flag, string Text)[] flags) =>
        HostSettingsReader.Read(flags.Append(("--data", _folder.Path)).ToDictionary(flag => flag.Item1, flag => flag.Item2), Variable);

    private string? Variable(string name) => _environment.GetValueOrDefault(name);
}
