using Twinrunner.Cli.Outputs;

namespace Twinrunner.Cli.Tests.Outputs;

public sealed class DestinationTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    private Destination Target => new(Path.Combine(_folder.FullName, "target"));

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_file_is_placed_in_folders_that_are_made() =>
        Assert.Equal(Path.Combine(_folder.FullName, "target", "a", "b c", "file"), Target.Place("a/b c/file"));

    [Theory]
    [InlineData("../outside")]
    [InlineData("a/../../outside")]
    [InlineData("/etc/passwd")]
    [InlineData("a//b")]
    [InlineData("./a")]
    [InlineData("")]
    [InlineData("a\0b")]
    public void A_hostile_name_is_refused(string path)
    {
        Assert.Throws<CliError>(() => Target.Place(path));
        Assert.DoesNotContain(Directory.GetFileSystemEntries(_folder.FullName), entry => entry != Target.Root);
    }

    [Fact]
    public void Nothing_is_written_through_a_link_in_the_folder()
    {
        Directory.CreateDirectory(Target.Root);
        Directory.CreateSymbolicLink(Path.Combine(Target.Root, "way"), _folder.FullName);

        Assert.Throws<CliError>(() => Target.Place("way/out"));
    }

    [Fact]
    public void A_link_in_the_place_of_a_file_is_replaced_instead_of_followed()
    {
        Directory.CreateDirectory(Target.Root);
        var outside = Path.Combine(_folder.FullName, "outside");
        File.WriteAllText(outside, "untouched");
        File.CreateSymbolicLink(Path.Combine(Target.Root, "file"), outside);

        File.WriteAllText(Target.Place("file"), "new");

        Assert.Equal("untouched", File.ReadAllText(outside));
    }

    [Theory]
    [InlineData("link", "file", true)]
    [InlineData("a/link", "../file", true)]
    [InlineData("a/link", "../../file", false)]
    [InlineData("link", "/etc/passwd", false)]
    [InlineData("link", "", false)]
    [InlineData("a/b/link", "../../x/../y", true)]
    public void Only_links_that_stay_inside_are_made(string path, string target, bool holds) =>
        Assert.Equal(holds, Target.Holds(path, target));
}
