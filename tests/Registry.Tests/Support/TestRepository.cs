using System.Diagnostics;
using Twinrunner.TestKit;

namespace Twinrunner.Registry.Tests.Support;

/// <summary>A real git repository in a temporary folder.</summary>
public sealed class TestRepository : IDisposable
{
    private readonly TestFolder? _own;

    private TestRepository(string name, TestFolder? folder)
    {
        _own = folder is null ? new() : null;
        Path = (folder ?? _own!)[name];
        Directory.CreateDirectory(Path);
    }

    public string Path { get; }

    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>The folder that servers serve.</summary>
    public string Parent => System.IO.Path.GetDirectoryName(Path)!;

    /// <param name="folder">Where it is made, to go away with that; null: a folder of its own.</param>
    public static TestRepository Create(string name = "repository", TestFolder? folder = null)
    {
        var repository = new TestRepository(name, folder);
        repository.Git("init", "--quiet", "--initial-branch=main");
        return repository;
    }

    /// <summary>A repository with one commit of a component that has an odtp.yml and a Dockerfile.</summary>
    public static TestRepository WithComponent(string name = "loader", string version = "0.1.0")
    {
        var repository = Create();
        repository.WriteComponent(name, version);
        repository.Commit("first");
        return repository;
    }

    public void WriteComponent(string name, string version, string folder = "", string more = "")
    {
        var prefix = folder.Length > 0 ? folder + "/" : "";
        Write(prefix + "odtp.yml", $"component-name: {name}\ncomponent-version: {version}\n{more}");
        Write(prefix + "Dockerfile", "FROM scratch\nCOPY app /app\n");
        Write(prefix + "app/app.sh", "echo hello\n");
    }

    public void Write(string path, string text)
    {
        var file = System.IO.Path.Combine(Path, path);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    /// <summary>Commits everything; returns the commit's hash.</summary>
    public string Commit(string message)
    {
        Git("add", "--all", "--force");
        Git("commit", "--quiet", "--allow-empty", "--message", message);
        return Git("rev-parse", "HEAD");
    }

    public void Tag(string name, string commit = "HEAD") => Git("tag", "--force", "--", name, commit);

    public string Git(params string[] arguments)
    {
        var start = new ProcessStartInfo("git", arguments)
        {
            WorkingDirectory = Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in new[]
        {
            ("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_AUTHOR_NAME", "Ada"), ("GIT_AUTHOR_EMAIL", "ada@example.org"),
            ("GIT_COMMITTER_NAME", "Ada"), ("GIT_COMMITTER_EMAIL", "ada@example.org"), ("GIT_ALLOW_PROTOCOL", "file"),
        })
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd().TrimEnd('\n');
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"git {string.Join(' ', arguments)}: {error.GetAwaiter().GetResult()}");
        return output;
    }

    public void Dispose() => _own?.Dispose();
}
