using System.Text.RegularExpressions;
using Twinrunner.TestKit;

namespace Twinrunner.EndToEnd.Tests;

/// <summary>What the documents point at is there.</summary>
public sealed partial class DocumentationTests
{
    private static readonly string[] Folders = [".", "docs", "docs/adr", "examples", "bench"];

    public static TheoryData<string> Documents =>
    [
        .. from folder in Folders
           let path = Path.Combine(Repository.Root, folder)
           where Directory.Exists(path)
           from file in Directory.GetFiles(path, "*.md").Order(StringComparer.Ordinal)
           select Path.GetRelativePath(Repository.Root, file),
    ];

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task Every_link_leads_to_a_file(string document)
    {
        var path = Path.Combine(Repository.Root, document);
        var text = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);

        var dead =
            from Match link in Link().Matches(text)
            let target = link.Groups[1].Value.Split('#')[0]
            where target.Length > 0 && !target.Contains("://", StringComparison.Ordinal)
            where !Path.Exists(Path.Combine(Path.GetDirectoryName(path)!, target))
            select target;

        Assert.Empty(dead);
    }

    [Fact]
    public void Every_decision_is_in_the_index()
    {
        var folder = Path.Combine(Repository.Root, "docs", "adr");
        var index = File.ReadAllText(Path.Combine(folder, "README.md"));

        var missing = Directory.GetFiles(folder, "0*.md").Select(Path.GetFileName).Where(name => !index.Contains($"({name})", StringComparison.Ordinal));

        Assert.Empty(missing);
    }

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
