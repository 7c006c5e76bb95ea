using System.Text.Json.Serialization;

namespace Twinrunner.Runner.Webhooks;

/// <summary>Of a delivery's body, what says which repository it is about (docs.github.com/webhooks/webhook-events-and-payloads).</summary>
/// <param name="Repository">Missing for a package that belongs to no repository.</param>
/// <param name="Changes">Of a repository that was renamed or transferred: what it was before.</param>
internal sealed record GitHubDelivery(string? Action = null, GitHubDelivery.RepositoryPart? Repository = null, GitHubDelivery.ChangesPart? Changes = null)
{
    /// <summary>Events after which a repository, or what belongs to it, may look different.</summary>
    private static readonly HashSet<string> Followed = ["push", "create", "delete", "release", "registry_package", "package", "repository"];

    public static bool Follows(string name) => Followed.Contains(name);

    /// <summary>The repository's address, and the one that it had before.</summary>
    public IEnumerable<string> Addresses()
    {
        if (Repository is not { } repository || !Uri.TryCreate(repository.HtmlUrl, UriKind.Absolute, out var address))
            yield break;
        yield return repository.HtmlUrl;
        var (owner, name) = (repository.Owner.Login, repository.Name);
        var earlier = (Changes?.Owner?.From?.Login ?? owner, Changes?.Repository?.Name.From ?? name);
        if (earlier != (owner, name))
            yield return $"{address.Scheme}://{address.Authority}/{earlier.Item1}/{earlier.Item2}";
    }

    internal sealed record RepositoryPart(string Name, string HtmlUrl, OwnerPart Owner);

    internal sealed record OwnerPart(string Login);

    internal sealed record ChangesPart(RenamePart? Repository = null, TransferPart? Owner = null);

    internal sealed record RenamePart(FromPart Name);

    internal sealed record FromPart(string From);

    internal sealed record TransferPart(EarlierOwnerPart? From = null);

    internal sealed record EarlierOwnerPart(OwnerPart? User = null, OwnerPart? Organization = null)
    {
        public string? Login => (User ?? Organization)?.Login;
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(GitHubDelivery))]
internal sealed partial class GitHubDeliveryJson : JsonSerializerContext;
