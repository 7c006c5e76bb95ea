using System.Diagnostics;
using Twinrunner.TestKit;

namespace Twinrunner.Runner.Tests.Components;

/// <summary>A folder of a component, in a git repository where a test asks for one.</summary>
public sealed class ComponentFolder : IDisposable
{
    private readonly TestFolder _folder = new();

    public string Path => _folder.Path;

    public static ComponentFolder Create(string name = "loader", string dockerfile = "FROM scratch\n", string more = "")
    {
        var component = new ComponentFolder();
        component.Write("odtp.yml", $"component-name: {name}\ncomponent-version: 1.0.0\n{more}");
        component.Write("Dockerfile", dockerfile);
        return component;
    }

    public void Write(string name, string text) => File.WriteAllText(_folder[name], text);

    /// <summary>Commits everything and tags it.</summary>
    public void Commit(string tag)
    {
        Git("init", "--quiet");
        Git("add", "--all");
        Git("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "--quiet", "--message", tag);
        Git("tag", tag);
    }

    public void Dispose() => _folder.Dispose();

    private void Git(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("git", arguments) { WorkingDirectory = Path })!;
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
