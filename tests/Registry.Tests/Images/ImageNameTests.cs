using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using Twinrunner.Registry.Images;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Registry.Tests.Images;

public sealed partial class ImageNameTests
{
    private const string Commit = "0123456789abcdef0123456789abcdef01234567";

    [Theory]
    [InlineData("loader", "v1.2.0", "twinrunner/loader:v1.2.0-0123456789ab")]
    [InlineData("trip-report", "0.1.7b", "twinrunner/trip-report:0.1.7b-0123456789ab")]
    public void Plain_names_stay_as_they_are(string component, string version, string image) => Assert.Equal(image, Name(component, version));

    [Theory]
    [InlineData("Component Name", "release/1.0")]
    [InlineData("---", "+++")]
    [InlineData("ünïcode 💥", "v1.0.0+abc")]
    [InlineData("a__b..c--d", "1..2")]
    public void Any_name_gives_a_valid_reference(string component, string version) => Assert.Matches(Reference(), Name(component, version));

    [Fact]
    public void Whatever_a_component_is_called_the_reference_is_valid() =>
        Prop.ForAll<string, string>((component, version) => Reference().IsMatch(Name(component ?? "", version ?? ""))).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));

    [Fact]
    public void Different_names_and_commits_never_share_an_image()
    {
        string[] names = ["my comp", "My Comp", "my-comp", "my_comp", "my.comp"];

        Assert.Equal(names.Length, names.Select(name => Name(name, "1")).Distinct().Count());
        Assert.NotEqual(Name("x", "1"), Name("x", "1", "f" + Commit[1..]));
    }

    private static string Name(string component, string version, string commit = Commit)
    {
        var id = Id<Component>.New(TimeProvider.System);
        return ImageName.Of(new()
        {
            Id = Id<ComponentVersion>.New(TimeProvider.System),
            ComponentId = id,
            Component = new(id, component, "/x", "ephemeral"),
            Name = version,
            Commit = commit,
            CreatedAt = default,
            UpdatedAt = default,
        });
    }

    /// <summary>The grammar of the distribution specification, without a host.</summary>
    [GeneratedRegex(@"\A[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*:[A-Za-z0-9_][A-Za-z0-9._-]{0,127}\z")]
    private static partial Regex Reference();
}
