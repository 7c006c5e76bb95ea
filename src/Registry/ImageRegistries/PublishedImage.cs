using System.Runtime.InteropServices;

namespace Twinrunner.Registry.ImageRegistries;

/// <summary>An image as an image registry has it. All of it was checked against <see cref="Digest"/>.</summary>
/// <param name="Digest">Of the manifest, or of the index where there are several platforms: what to pin, on any machine.</param>
/// <param name="Platforms"><c>linux/amd64</c>, <c>linux/arm64/v8</c> …</param>
/// <param name="Config">Of this machine's platform; where it isn't among them, of the first.</param>
/// <param name="Size">Compressed bytes of that platform's layers and configuration.</param>
public sealed record PublishedImage(ImageReference Reference, string Digest, IReadOnlyList<string> Platforms, PublishedConfig Config, long Size);

public sealed record PublishedConfig(
    IReadOnlyList<string> Entrypoint,
    IReadOnlyList<string> Command,
    string? User,
    string? WorkingDirectory,
    IReadOnlyList<string> Ports,
    IReadOnlyDictionary<string, string> Labels,
    DateTimeOffset? Created);

/// <param name="PushedAt">Null: only Docker Hub tells.</param>
public sealed record PublishedTag(string Name, string? Digest = null, DateTimeOffset? PushedAt = null, long? Size = null);

/// <param name="Complete">False: there are more, which were not asked for.</param>
public sealed record PublishedTags(IReadOnlyList<PublishedTag> Tags, bool Complete);

/// <summary>What a tag points to now.</summary>
public sealed record TagTarget(string Digest);

/// <summary>An operating system and a processor, as images name them.</summary>
internal sealed record ImagePlatform(string Os, string Architecture, string? Variant)
{
    /// <summary>Where containers of this machine's engine run; they are Linux's also on other systems.</summary>
    public static ImagePlatform Here { get; } = new("linux", RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        System.Runtime.InteropServices.Architecture.X86 => "386",
        System.Runtime.InteropServices.Architecture.Armv6 => "arm",
        var other => other.ToString().ToLowerInvariant(),
    }, null);

    public bool Fits(ImagePlatform wanted) => (Os, Architecture) == (wanted.Os, wanted.Architecture);

    public override string ToString() => $"{Os}/{Architecture}{(Variant is { Length: > 0 } ? "/" + Variant : "")}";
}
