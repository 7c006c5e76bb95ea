using Twinrunner.Registry.Odtp;
using Twinrunner.Runner.Workflows;
using Twinrunner.TestKit;

namespace Twinrunner.EndToEnd.Tests;

/// <summary>What examples/ holds is right as it stands.</summary>
public sealed class ExamplesTests
{
    private static readonly string Examples = Path.Combine(Repository.Root, "examples");

    public static TheoryData<string> Workflows => [.. Find("*.yaml")];
    public static TheoryData<string> Components => [.. Find("odtp.yml")];

    [Theory]
    [MemberData(nameof(Workflows))]
    public async Task A_workflow_has_no_faults(string file)
    {
        var parsed = WorkflowParser.Parse(await File.ReadAllTextAsync(Path.Combine(Examples, file), TestContext.Current.CancellationToken));

        Assert.Empty(parsed.Faults);
        Assert.NotNull(parsed.File);
    }

    [Theory]
    [MemberData(nameof(Components))]
    public async Task A_component_describes_itself_without_warnings(string file)
    {
        var reading = OdtpFileReader.Read(await File.ReadAllBytesAsync(Path.Combine(Examples, file), TestContext.Current.CancellationToken));

        Assert.Null(reading.Error);
        Assert.Empty(reading.Faults);
        Assert.Equal(Path.GetFileName(Path.GetDirectoryName(file)), reading.File?.Name);
    }

    /// <summary>Each component is built from its own folder, so each has a copy; they must not drift apart.</summary>
    [Fact]
    public void All_components_start_the_same_way()
    {
        var startups = Find("startup.sh").Select(file => File.ReadAllText(Path.Combine(Examples, file))).Distinct();

        Assert.Single(startups);
    }

    private static IEnumerable<string> Find(string pattern) =>
        Directory.GetFiles(Examples, pattern, SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Examples, file)).Order(StringComparer.Ordinal);
}
