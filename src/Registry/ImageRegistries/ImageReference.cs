using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Twinrunner.Registry.Credentials;

namespace Twinrunner.Registry.ImageRegistries;

/// <summary>The name of an image, read and completed as Docker does it (github.com/distribution/reference): <c>debian</c> is <c>docker.io/library/debian:latest</c>.</summary>
public sealed partial record ImageReference
{
    private const int MaxLength = 255;

    private ImageReference(string host, string path, string? tag, string? digest) => (Host, Path, Tag, Digest) = (host, path, tag, digest);

    /// <summary>Lower-case, with a port where one is written; <c>docker.io</c> for Docker Hub.</summary>
    public string Host { get; }

    /// <summary>Repository at the host: <c>library/debian</c>.</summary>
    public string Path { get; }

    /// <summary>Null where the name has none; <c>latest</c> is only meant then, not written.</summary>
    public string? Tag { get; private init; }

    public string? Digest { get; private init; }

    public bool IsOnDockerHub => Host == CredentialHost.DockerHub;

    /// <summary>The first part of the path: a user or an organisation at most hosts.</summary>
    public string Owner => Path.Split('/')[0];

    /// <summary>Host and path.</summary>
    public string Repository => $"{Host}/{Path}";

    /// <summary>The repository as people and engines write it: without Docker Hub's host and its <c>library/</c>.</summary>
    public string ShortRepository => !IsOnDockerHub ? Repository : Path.StartsWith("library/", StringComparison.Ordinal) ? Path["library/".Length..] : Path;

    public ImageReference WithTag(string tag) => this with { Tag = tag, Digest = null };

    /// <summary>Pinned, without its tag.</summary>
    public ImageReference WithDigest(string digest) => this with { Tag = null, Digest = digest };

    public override string ToString() => ShortRepository + (Tag is null ? "" : ":" + Tag) + (Digest is null ? "" : "@" + Digest);

    /// <param name="fault">What is wrong, in a sentence.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out ImageReference? reference, [NotNullWhen(false)] out string? fault)
    {
        reference = null;
        if (text.Length is 0 or > 2 * MaxLength || Reference().Match(text) is not { Success: true } match)
        {
            fault = $"'{Shown(text)}' is not the name of an image: write it like ghcr.io/owner/name:tag, in lower case.";
            return false;
        }
        var (host, path) = Split(match.Groups["name"].Value);
        if (path.Length + host.Length > MaxLength || CredentialHost.Normalize(host) is not { } normalized || !Repositories().IsMatch(path))
        {
            fault = path.Any(char.IsAsciiLetterUpper)
                ? $"'{Shown(text)}' is not the name of an image: image registries only have lower-case names."
                : $"'{Shown(text)}' is not the name of an image: write it like ghcr.io/owner/name:tag.";
            return false;
        }
        var (tag, digest) = (match.Groups["tag"], match.Groups["digest"]);
        if (digest.Success && !ContentDigest.IsValid(digest.Value))
        {
            fault = $"'{Shown(text)}' has no valid digest: that is sha256: and 64 hexadecimal digits.";
            return false;
        }
        if (normalized == CredentialHost.DockerHub && !path.Contains('/', StringComparison.Ordinal))
            path = "library/" + path;
        reference = new(normalized, path, tag.Success ? tag.Value : null, digest.Success ? digest.Value : null);
        fault = null;
        return true;
    }

    /// <summary>Whether a text could be a tag.</summary>
    public static bool IsTag(string text) => TagPattern().IsMatch(text);

    /// <summary>The first part is a host if it looks like one; else all is a path at Docker Hub.</summary>
    private static (string Host, string Path) Split(string name)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? "" : name[..slash];
        return first.AsSpan().ContainsAny('.', ':') || first.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            ? (first, name[(slash + 1)..])
            : (CredentialHost.DockerHub, name);
    }

    private static string Shown(string text) =>
        new([.. text.Take(100).Select(c => char.IsControl(c) ? '?' : c), .. text.Length > 100 ? "…" : ""]);

    [GeneratedRegex(@"\A(?<name>[^@\s]+?)(:(?<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(@(?<digest>[A-Za-z0-9:]+))?\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Reference();

    [GeneratedRegex(@"\A[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*\z", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Repositories();

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\z")]
    private static partial Regex TagPattern();
}
