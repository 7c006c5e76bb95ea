using Twinrunner.TestKit;

namespace Twinrunner.Bench.Rigs;

/// <summary>Git repositories of one component, with a tag for each version, in a temporary folder.</summary>
internal sealed class GitFarm : IDisposable
{
    private readonly TestFolder _folder = new();

    /// <summary>Where they all are.</summary>
    public string Root => _folder.Path;

    /// <summary>A repository with a working tree and a first commit.</summary>
    /// <param name="path">Below the root, with slashes.</param>
    public async Task<string> PlantAsync(string path, CancellationToken cancellationToken)
    {
        var repository = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.Combine(repository, "app"));
        await File.WriteAllTextAsync(Path.Combine(repository, "odtp.yml"), OdtpFile, cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(repository, "Dockerfile"), "FROM scratch\nCOPY app /app\n", cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(repository, "app", "app.sh"), "echo hello\n", cancellationToken);
        await GitAsync(repository, cancellationToken, "init", "--quiet", "--initial-branch=main");
        await GitAsync(repository, cancellationToken, "add", "--all");
        await GitAsync(repository, cancellationToken, "commit", "--quiet", "--message", "first");
        return repository;
    }

    /// <summary>A new commit under a new tag.</summary>
    /// <returns>The commit.</returns>
    public async Task<string> TagAsync(string repository, string tag, CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(Path.Combine(repository, "app", "app.sh"), $"echo {tag}\n", cancellationToken);
        await GitAsync(repository, cancellationToken, "commit", "--quiet", "--all", "--message", tag);
        await GitAsync(repository, cancellationToken, "tag", tag);
        return (await File.ReadAllTextAsync(Path.Combine(repository, ".git", "refs", "tags", tag), cancellationToken)).Trim();
    }

    /// <summary>A bare copy, as a host keeps them.</summary>
    public async Task<string> CopyAsync(string repository, string path, CancellationToken cancellationToken)
    {
        var copy = Path.Combine(Root, path);
        await GitAsync(Root, cancellationToken, "clone", "--quiet", "--bare", repository, copy);
        return copy;
    }

    public void Dispose() => _folder.Dispose();

    public const string OdtpFile = """
        schema-version: v0.5.0
        component-name: loader
        component-type: ephemeral
        component-license: MIT
        component-description: Loads what the others need
        tags: [mobility, loader]
        parameters:
          - {name: CITY, datatype: string, description: Which city, default-value: Lausanne}
          - {name: YEAR, datatype: integer, description: Which year, default-value: 2024, options: [2023, 2024]}
        ports:
          - {name: dashboard, description: What it found, port-value: 8501}
        data-output:
          - {name: trips, type: .csv, path: /odtp/odtp-output/trips.csv, description: All trips}

        """;

    private static Task GitAsync(string folder, CancellationToken cancellationToken, params string[] arguments) => Command.RunAsync(
        folder, "git", ["-c", "user.name=bench", "-c", "user.email=bench@example.org", "-c", "commit.gpgSign=false", .. arguments], cancellationToken);
}
