using System.Text.Json.Serialization;

namespace Twinrunner.Registry.ImageRegistries;

/// <summary>The parts of the OCI image and distribution specifications, and of Docker Hub's answers, that are read here.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(WireManifest))]
[JsonSerializable(typeof(WireImage))]
[JsonSerializable(typeof(WireTags))]
[JsonSerializable(typeof(WireToken))]
[JsonSerializable(typeof(WireErrors))]
[JsonSerializable(typeof(WireHubTags))]
internal sealed partial class RegistryJson : JsonSerializerContext;

/// <summary>A manifest or, with <see cref="Manifests"/>, an index of them.</summary>
internal sealed record WireManifest(
    string? MediaType, WireDescriptor? Config, IReadOnlyList<WireDescriptor?>? Layers, IReadOnlyList<WireDescriptor?>? Manifests, int? SchemaVersion);

internal sealed record WireDescriptor(string? MediaType, string? Digest, long Size, WirePlatform? Platform, IReadOnlyDictionary<string, string?>? Annotations);

internal sealed record WirePlatform(string? Os, string? Architecture, string? Variant);

internal sealed record WireImage(string? Os, string? Architecture, string? Variant, DateTimeOffset? Created, WireConfig? Config);

/// <summary>The specification keeps Docker's capital letters here.</summary>
internal sealed record WireConfig(
    [property: JsonPropertyName("Entrypoint")] IReadOnlyList<string>? Entrypoint,
    [property: JsonPropertyName("Cmd")] IReadOnlyList<string>? Cmd,
    [property: JsonPropertyName("User")] string? User,
    [property: JsonPropertyName("WorkingDir")] string? WorkingDir,
    [property: JsonPropertyName("ExposedPorts")] IReadOnlyDictionary<string, object?>? ExposedPorts,
    [property: JsonPropertyName("Labels")] IReadOnlyDictionary<string, string?>? Labels);

internal sealed record WireTags(IReadOnlyList<string?>? Tags);

internal sealed record WireToken(
    string? Token,
    [property: JsonPropertyName("access_token")] string? AccessToken,
    [property: JsonPropertyName("expires_in")] double? ExpiresIn);

internal sealed record WireErrors(IReadOnlyList<WireError?>? Errors);

internal sealed record WireError(string? Code, string? Message);

internal sealed record WireHubTags(string? Next, IReadOnlyList<WireHubTag?>? Results);

internal sealed record WireHubTag(
    string? Name,
    string? Digest,
    [property: JsonPropertyName("full_size")] long? FullSize,
    [property: JsonPropertyName("tag_last_pushed")] DateTimeOffset? LastPushed,
    [property: JsonPropertyName("last_updated")] DateTimeOffset? LastUpdated);
