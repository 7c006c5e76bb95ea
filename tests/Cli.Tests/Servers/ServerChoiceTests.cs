using System.CommandLine;
using Twinrunner.Cli.Options;
using Twinrunner.Cli.Servers;

namespace Twinrunner.Cli.Tests.Servers;

public sealed class ServerChoiceTests
{
    [Theory]
    [InlineData("", "TWIN_SERVER=http://a:1", "http://a:1/")]
    [InlineData("--server http://b:2", "TWIN_SERVER=http://a:1", "http://b:2/")]
    [InlineData("--server b:2", "", "http://b:2/")]
    [InlineData("--data /d", "TWIN_SERVER=http://a:1", null)]
    [InlineData("", "", null)]
    public void The_command_line_wins_over_the_environment(string args, string environment, string? address) =>
        Assert.Equal(address, Choose(args, environment).Address?.ToString());

    [Theory]
    [InlineData("", "HOME=/h", "/h/.local/share/twinrunner")]
    [InlineData("", "XDG_DATA_HOME=/x", "/x/twinrunner")]
    [InlineData("", "TWIN_DATA=/t;XDG_DATA_HOME=/x", "/t")]
    [InlineData("--data /d", "TWIN_DATA=/t", "/d")]
    public void The_data_folder_follows_the_XDG_rules(string args, string environment, string folder) =>
        Assert.Equal(folder, Choose(args, environment).DataFolder);

    [Theory]
    [InlineData("not json")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{ "address": 3, "pid": "x" }""")]
    [InlineData("""{ "address": "::", "pid": 1 }""")]
    public void A_damaged_server_file_means_that_nobody_serves(string content)
    {
        var folder = Directory.CreateTempSubdirectory();
        File.WriteAllText(Path.Combine(folder.FullName, "server.json"), content);

        Assert.Null(ServingProcess.Read(folder.FullName));

        folder.Delete(recursive: true);
    }

    private static ServerChoice Choose(string args, string environment)
    {
        var variables = environment.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        var command = new RootCommand();
        foreach (var option in ServerOptions.All)
            command.Add(option);
        return ServerChoice.From(command.Parse(args), variables.GetValueOrDefault, drives: false);
    }
}
