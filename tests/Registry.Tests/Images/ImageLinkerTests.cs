using System.Text.Json.Nodes;
using Twinrunner.Registry.ImageRegistries;
using Twinrunner.Registry.Images.Links;
using Twinrunner.Registry.Tests.Support;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;
using Twinrunner.TestKit;
using Twinrunner.TestKit.ImageRegistries;

namespace Twinrunner.Registry.Tests.Images;

public sealed class ImageLinkerTests : ImageRegistryTest
{
    private const string Commit = "0123456789abcdef0123456789abcdef01234567";
    private const string OtherCommit = "fedcba9876543210fedcba9876543210fedcba98";

    [Fact]
    public async Task The_image_that_odtp_yml_names_is_pinned_with_all_that_its_registry_says()
    {
        var digest = Push("1.0", Commit);

        var link = await LinkedAsync("v1.0", $"{Name}:1.0");

        Assert.Equal(($"{Name}:1.0", digest, ImageOrigin.OdtpFile, null), (link.Reference, link.Digest, link.Origin, link.Warning));
        var version = link.ApplyTo(Version("v1.0", null));
        Assert.Equal((link.Reference, digest, ImageOrigin.OdtpFile), (version.Image, version.ImageDigest, version.ImageOrigin));
        Assert.Equal(["linux/amd64"], version.ImageDetails!.Platforms);
    }

    [Fact]
    public async Task A_named_image_of_another_commit_is_taken_with_a_warning()
    {
        Push("latest", OtherCommit);

        var link = await LinkedAsync("v1.0", $"{Name}:latest");

        Assert.Equal($"The image {Name}:latest says that it was made from commit fedcba987654, not from 0123456789ab.", link.Warning);
    }

    [Theory]
    [InlineData("v1.0", "v1.0")]
    [InlineData("v1.0", "1.0")]
    [InlineData("1.0", "v1.0")]
    [InlineData("v1.0+0123456", "v1.0_0123456")]
    [InlineData("feature/x y", Commit)]
    [InlineData("v1.0", "sha-0123456")]
    public async Task In_a_named_repository_the_tag_that_is_the_version_or_its_commit_counts(string version, string tag)
    {
        Push("latest", null);
        var digest = Push(tag, null);

        var link = await LinkedAsync(version, Name);

        Assert.Equal((digest, ImageOrigin.Tag), (link.Digest, link.Origin));
    }

    [Fact]
    public async Task A_tag_that_was_made_from_another_commit_is_passed_over_and_the_labels_count()
    {
        Push("v1.0", OtherCommit);
        var digest = Push("nightly", Commit);

        var link = await LinkedAsync("v1.0", Name);

        Assert.Equal(($"{Name}:nightly", digest, ImageOrigin.Label), (link.Reference, link.Digest, link.Origin));
    }

    [Fact]
    public async Task Where_nothing_fits_it_says_what_was_looked_for()
    {
        Push("latest", OtherCommit);

        var none = Assert.IsType<LinkOutcome.None>(await LinkAsync("v1.0", Name));

        Assert.Equal($"{Name} has no tag v1.0 or 1.0 or {Commit} or sha-0123456, and none of 1 others says that it was made from commit 0123456789ab.", none.Reason);
        Assert.Contains("names no image", Assert.IsType<LinkOutcome.None>(await LinkAsync("v1.0", null)).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://github.com/ODTP/Loader.git", "https://github.com/odtp/loader", Commit, "", true)]
    [InlineData("git@github.com:odtp/loader", "https://github.com/odtp/loader", Commit, "", true)]
    [InlineData("https://github.com/odtp/loader", "https://github.com/else/loader", Commit, "", false)]
    [InlineData("https://github.com/odtp/loader", "https://github.com/odtp/loader", OtherCommit, "", false)]
    [InlineData("https://github.com/odtp/loader", "https://github.com/odtp/loader", null, "", false)]
    [InlineData("https://github.com/odtp/loader", "https://github.com/odtp/loader", Commit, "one", false)]
    [InlineData("https://git.example.org/odtp/loader", "https://git.example.org/odtp/loader", Commit, "", false)]
    public async Task A_package_of_the_repository_is_taken_unnamed_only_if_its_labels_prove_it(string repository, string source, string? revision, string subfolder, bool linked)
    {
        Images.Push(Name, "1.0", "hello", config: new JsonObject
        {
            ["Labels"] = new JsonObject { ["org.opencontainers.image.revision"] = revision, ["org.opencontainers.image.source"] = source },
        });

        var outcome = await Registry.Get<ImageLinker>().LinkAsync(
            Component with { Repository = repository, Subfolder = subfolder }, Version("v1.0", null), Token);

        Assert.Equal(linked, outcome is LinkOutcome.Linked { Link.Origin: ImageOrigin.Label });
        Assert.True(linked || outcome is LinkOutcome.None);
    }

    [Fact]
    public async Task A_registry_that_can_t_tell_is_told_from_one_that_has_nothing()
    {
        Images.Fail(429, retryAfter: "60");
        var limited = Assert.IsType<LinkOutcome.Failed>(await LinkAsync("v1.0", Name));
        var nonsense = Assert.IsType<LinkOutcome.Failed>(await LinkAsync("v1.0", "Not An Image"));

        Assert.Equal((RegistryFailureKind.Limited, Time.GetUtcNow().AddSeconds(60)), (limited.Failure.Kind, limited.Failure.Until));
        Assert.Equal(RegistryFailureKind.Refused, nonsense.Failure.Kind);
    }

    [Fact]
    public async Task A_tag_that_was_pushed_again_is_another_version_s_and_found_once()
    {
        var before = Push("1.0", Commit);
        var version = (await LinkedAsync("v1.0", $"{Name}:1.0")).ApplyTo(Version("v1.0", null));
        Assert.Empty((await LookAgainAsync(version)).Repushed);

        var after = Push("1.0", Commit, "other");
        Images.Requests.Clear();
        var repushed = Assert.Single((await LookAgainAsync(version)).Repushed);

        Assert.Equal((version.Id, after, $"v1.0+image.{after[7..19]}"), (repushed.Version.Id, repushed.Now.Digest, repushed.NewName));
        Assert.Contains($"'v1.0' goes on meaning {before}", repushed.Warning, StringComparison.Ordinal);
        var next = repushed.Now.ApplyTo(version) with { Id = Id<ComponentVersion>.New(Time), Name = repushed.NewName };
        Assert.Empty((await LookAgainAsync(version, next)).Repushed);
        Assert.Equal(before, version.ImageDigest);
    }

    [Fact]
    public async Task A_deleted_tag_changes_nothing_and_images_by_digest_or_hand_are_not_asked_for()
    {
        var digest = Push("1.0", Commit);
        var byTag = (await LinkedAsync("v1.0", $"{Name}:1.0")).ApplyTo(Version("v1.0", null));
        var byDigest = (await LinkedAsync("v1.1", $"{Name}@{digest}")).ApplyTo(Version("v1.1", null));
        var byHand = byTag with { ImageOrigin = ImageOrigin.Hand };
        Images.Untag(Name, "1.0");
        Images.Requests.Clear();

        var look = await LookAgainAsync(byTag, byDigest, byHand);

        Assert.Empty(look.Repushed);
        Assert.Empty(look.Failures);
        Assert.Equal([$"/v2/{Name}/manifests/1.0"], Images.Requests.Select(request => request.Path));
    }

    [Fact]
    public async Task Somebody_s_word_links_a_version_once()
    {
        var digest = Push("1.0", null);
        Push("2.0", null);
        var version = Version("v1.0", null);
        await Registry.Get<VersionStore>().TryInsertAsync(version, Token);
        var links = Registry.Get<HandLinks>();

        var missing = await links.LinkAsync(version.Id, $"{Name}:9", Token);
        var done = Assert.IsType<HandLinkOutcome.Done>(await links.LinkAsync(version.Id, $"{Name}:1.0", Token));
        Assert.IsType<HandLinkOutcome.Done>(await links.LinkAsync(version.Id, $"{Name}:1.0", Token));
        var conflict = Assert.IsType<HandLinkOutcome.Conflict>(await links.LinkAsync(version.Id, $"{Name}:2.0", Token));

        Assert.Equal(RegistryFailureKind.Missing, Assert.IsType<HandLinkOutcome.Failed>(missing).Failure.Kind);
        Assert.Equal((digest, ImageOrigin.Hand), (done.Version.ImageDigest, done.Version.ImageOrigin));
        Assert.Contains(digest, conflict.Message, StringComparison.Ordinal);
        Assert.Contains("component.image", await Registry.EventTypesAsync());
    }

    private string Push(string tag, string? commit, string content = "hello") => Images.Push(
        Name, tag, content,
        config: new JsonObject { ["Labels"] = new JsonObject { ["org.opencontainers.image.revision"] = commit, ["tag"] = tag } });

    private Task<LinkOutcome> LinkAsync(string version, string? image) =>
        Registry.Get<ImageLinker>().LinkAsync(Component, Version(version, image), Token);

    private async Task<ImageLink> LinkedAsync(string version, string? image)
    {
        var outcome = await LinkAsync(version, image);
        return outcome is LinkOutcome.Linked linked ? linked.Link : throw new InvalidOperationException($"not linked: {outcome}");
    }

    private Task<RepushLook> LookAgainAsync(params ComponentVersion[] versions) => Registry.Get<ImageLinker>().LookAgainAsync(versions, Token);

    private Component Component => field ??= new()
    {
        Id = Id<Component>.New(Time),
        Name = "loader",
        Repository = "https://git.example.org/odtp/loader",
        CreatedAt = Time.GetUtcNow(),
        UpdatedAt = Time.GetUtcNow(),
    };

    private ComponentVersion Version(string name, string? image) => new()
    {
        Id = Id<ComponentVersion>.New(Time),
        ComponentId = Component.Id,
        Component = new(Component.Id, "loader", Component.Repository, "ephemeral"),
        Name = name,
        Commit = Commit,
        Image = image,
        CreatedAt = Time.GetUtcNow(),
        UpdatedAt = Time.GetUtcNow(),
    };
}
