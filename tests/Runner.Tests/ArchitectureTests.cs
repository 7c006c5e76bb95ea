using System.Runtime.CompilerServices;
using System.Xml.Linq;

namespace Twinrunner.Runner.Tests;

/// <summary>Who may know whom (docs/architecture.md). A project may leave an arrow out, never add one.</summary>
public sealed class ArchitectureTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Client"] = [],
        ["Storage"] = [],
        ["Registry"] = ["Client", "Storage"],
        ["Runner"] = ["Client", "Registry", "Storage"],
        ["Cli"] = ["Client", "Runner"],
    };

    public static TheoryData<string> Projects => [.. Allowed.Keys];

    [Fact]
    public void Every_project_below_src_has_its_arrows_here()
    {
        var projects = Directory.GetFiles(Source, "*.csproj", SearchOption.AllDirectories).Select(Path.GetFileNameWithoutExtension);

        Assert.Equal(Allowed.Keys.Order(), projects.Order());
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_those_that_it_may_know(string project)
    {
        var references = References(project);

        Assert.Empty(references.Except(Allowed[project]));
    }

    [Fact]
    public void Client_needs_no_package()
    {
        var packages = Load("Client").Descendants("PackageReference").Select(reference => (string?)reference.Attribute("Include"));

        Assert.Empty(packages);
    }

    [Fact]
    public void Executors_know_neither_stores_nor_HTTP()
    {
        string[] banned = ["Twinrunner.Storage.Stores", "Twinrunner.Storage.Database", "Twinrunner.Registry", "Microsoft.AspNetCore"];
        var offences =
            from file in Directory.GetFiles(Path.Combine(Source, "Runner", "Executors"), "*.cs", SearchOption.AllDirectories)
            from line in File.ReadLines(file)
            where line.StartsWith("using ", StringComparison.Ordinal) && banned.Any(name => line.Contains(name, StringComparison.Ordinal))
            select $"{Path.GetRelativePath(Source, file)}: {line}";

        Assert.Empty(offences);
    }

    [Fact]
    public void Only_stores_and_back_ends_touch_a_collection()
    {
        var offences =
            from file in Directory.GetFiles(Source, "*.cs", SearchOption.AllDirectories)
            where !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
            where !Path.GetRelativePath(Source, file).StartsWith("Storage", StringComparison.Ordinal)
            where File.ReadAllText(file).Contains("DocumentCollection<", StringComparison.Ordinal)
            select Path.GetRelativePath(Source, file);

        Assert.Empty(offences);
    }

    private static string Source { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", "src"));

    private static IEnumerable<string> References(string project) =>
        from reference in Load(project).Descendants("ProjectReference")
        select Path.GetFileNameWithoutExtension(((string)reference.Attribute("Include")!).Replace('\\', '/'));

    private static XDocument Load(string project) => XDocument.Load(Path.Combine(Source, project, $"{project}.csproj"));

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
