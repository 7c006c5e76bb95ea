using System.Text.Json.Serialization;

namespace Twinrunner.Registry.GitHub;

// Shapes of docs.github.com/rest (API version 2022-11-28): of each, the fields that we read.

internal sealed record RepositoryRecord(
    long Id,
    string FullName,
    string DefaultBranch,
    string? Description = null,
    LicenseRecord? License = null,
    IReadOnlyList<string>? Topics = null);

/// <param name="SpdxId"><c>NOASSERTION</c>: there is a licence file that GitHub doesn't recognise.</param>
internal sealed record LicenseRecord(string? SpdxId = null);

internal sealed record TagRecord(string Name, CommitRecord Commit);

internal sealed record CommitRecord(string Sha);

internal sealed record RefRecord(RefObjectRecord Object);

internal sealed record RefObjectRecord(string Sha);

internal sealed record ReleaseRecord(
    string TagName, string HtmlUrl, bool Draft, bool Prerelease, string? Name = null, DateTimeOffset? PublishedAt = null);

/// <summary>Only the headers beside it are read, as with every answer.</summary>
internal sealed record RateLimitRecord;

internal sealed record AppRecord(long Id);

internal sealed record InstallationRecord(long Id);

internal sealed record InstallationTokenRecord(string Token, DateTimeOffset ExpiresAt)
{
    public override string ToString() => "(token)";
}

internal sealed record ErrorRecord(string? Message = null);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(RepositoryRecord))]
[JsonSerializable(typeof(IReadOnlyList<TagRecord>))]
[JsonSerializable(typeof(RefRecord))]
[JsonSerializable(typeof(IReadOnlyList<ReleaseRecord>))]
[JsonSerializable(typeof(RateLimitRecord))]
[JsonSerializable(typeof(AppRecord))]
[JsonSerializable(typeof(InstallationRecord))]
[JsonSerializable(typeof(InstallationTokenRecord))]
[JsonSerializable(typeof(ErrorRecord))]
internal sealed partial class GitHubJson : JsonSerializerContext;
