using System.Text.Json;
using System.Text.Json.Serialization;

namespace Twinrunner.Storage.Documents;

/// <summary>A repository with an odtp.yml (ODTP's collection <c>components</c>).</summary>
public sealed record Component : Document<Component>
{
    [JsonPropertyName("componentName")]
    public required string Name { get; init; }

    /// <summary>Address of the repository: a URL, or an absolute path of this machine.</summary>
    [JsonPropertyName("repoLink")]
    public required string Repository { get; init; }

    [JsonPropertyName("author"), JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Author { get; init; }

    [JsonPropertyName("status")]
    public string Status { get => field ?? "active"; init; }

    [JsonPropertyName("type")]
    public string Type { get => field ?? "ephemeral"; init; }

    [JsonPropertyName("description"), JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Description { get; init; }

    [JsonPropertyName("tags")]
    public IReadOnlyList<string> Tags { get => field ?? []; init; }

    [JsonPropertyName("versions")]
    public IReadOnlyList<Id<ComponentVersion>> Versions { get => field ?? []; init; }

    [JsonPropertyName("deprecated")]
    public bool Deprecated { get; init; }

    [JsonPropertyName("created_at")]
    public required DateTimeOffset CreatedAt { get; init; }

    [JsonPropertyName("updated_at")]
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Folder of the component inside the repository; empty: its root.</summary>
    public string Subfolder { get => field ?? ""; init; }

    /// <summary>SPDX identifier or what odtp.yml says instead.</summary>
    public string? License { get; init; }

    /// <summary>What becomes a version, where that isn't every tag with an odtp.yml.</summary>
    public VersionRules? Rules { get; init; }

    /// <summary>Seconds between two looks at the repository; 0: only when somebody asks; null: as the server is set.</summary>
    public long? SyncSeconds { get; init; }

    /// <summary>No look has succeeded yet: the name is a guess from the address unless it was <see cref="NameGiven"/>.</summary>
    public bool Pending { get; init; }

    /// <summary>Somebody chose the name; odtp.yml's doesn't count.</summary>
    public bool NameGiven { get; init; }
}

/// <summary>What of a repository becomes a version of the component.</summary>
public sealed record VersionRules
{
    /// <summary>Only tags that match: <c>*</c> stands for any characters, <c>?</c> for one.</summary>
    public string? TagPattern { get; init; }

    /// <summary>Commits of this branch become versions; tags don't, unless <see cref="TagPattern"/> is given, too.</summary>
    public string? Branch { get; init; }

    /// <summary>Image of a component without an odtp.yml. <c>{version}</c> and <c>{commit}</c> stand for each version's.</summary>
    public string? Image { get; init; }

    /// <summary>What is run in the image in place of its own command.</summary>
    public IReadOnlyList<string>? Command { get; init; }
}

/// <summary>One pinned commit and image of a component (ODTP's collection <c>versions</c>). It never changes, but for its image once built, its deprecation and its yanking.</summary>
public sealed record ComponentVersion : Document<ComponentVersion>
{
    [JsonPropertyName("componentId")]
    public required Id<Component> ComponentId { get; init; }

    /// <summary>ODTP's copy of the component's main fields.</summary>
    [JsonPropertyName("component")]
    public required ComponentSummary Component { get; init; }

    /// <summary>The git tag, or the commit's first 12 digits, or <c>0.0.0-dirty.…</c> for a tree with uncommitted changes.</summary>
    [JsonPropertyName("component_version")]
    public required string Name { get; init; }

    /// <summary>40 hex digits; for a folder without git, the hash of its content.</summary>
    [JsonPropertyName("commitHash")]
    public required string Commit { get; init; }

    /// <summary>Schema version that odtp.yml names.</summary>
    [JsonPropertyName("odtp_version"), JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? OdtpVersion { get; init; }

    /// <summary>Reference of the image, once it is known or built.</summary>
    [JsonPropertyName("imageLink"), JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Image { get; init; }

    /// <summary><c>sha256:…</c>: the image's id for one built here, the manifest's digest for one in an image registry.</summary>
    public string? ImageDigest { get; init; }

    /// <summary>How the version came to its image; null: it has none yet, or one that the engine had under that name.</summary>
    public ImageOrigin? ImageOrigin { get; init; }

    /// <summary>Why the last try to get the image failed; null: it didn't.</summary>
    public string? ImageFailure { get; init; }

    /// <summary>What an image registry says of the image; null where none was asked.</summary>
    public ImageDetails? ImageDetails { get; init; }

    [JsonPropertyName("description"), JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Description { get; init; }

    [JsonPropertyName("type")]
    public string Type { get => field ?? "ephemeral"; init; }

    [JsonPropertyName("tags")]
    public IReadOnlyList<string> Tags { get => field ?? []; init; }

    [JsonPropertyName("license"), JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? License { get; init; }

    /// <summary>odtp.yml's parts as they are in the file, turned into JSON.</summary>
    [JsonPropertyName("parameters"), JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public JsonElement? Parameters { get; init; }

    [JsonPropertyName("ports"), JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public JsonElement? Ports { get; init; }

    [JsonPropertyName("secrets"), JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public JsonElement? Secrets { get; init; }

    [JsonPropertyName("devices"), JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public JsonElement? Devices { get; init; }

    [JsonPropertyName("tools"), JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public JsonElement? Tools { get; init; }

    [JsonPropertyName("data-inputs"), JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public JsonElement? DataInputs { get; init; }

    [JsonPropertyName("data-outputs"), JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public JsonElement? DataOutputs { get; init; }

    [JsonPropertyName("build-args"), JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public JsonElement? BuildArgs { get; init; }

    [JsonPropertyName("deprecated")]
    public bool Deprecated { get; init; }

    [JsonPropertyName("created_at")]
    public required DateTimeOffset CreatedAt { get; init; }

    [JsonPropertyName("updated_at")]
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The parameters read leniently: what the planner checks values against.</summary>
    public IReadOnlyList<ParameterSpec> ParameterSpecs { get => field ?? []; init; }

    public IReadOnlyList<PortSpec> PortSpecs { get => field ?? []; init; }

    /// <summary>Names of the secrets that it takes.</summary>
    public IReadOnlyList<string> SecretNames { get => field ?? []; init; }

    /// <summary>A GPU is asked for.</summary>
    public bool Gpu { get; init; }

    /// <summary>What is run in the image in place of its own command; null: that.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    /// <summary>Why it must not be used any more; null: it may. Workflows that name exactly this version still run, with a warning.</summary>
    public string? YankReason { get; init; }

    public DateTimeOffset? YankedAt { get; init; }

    /// <summary>What was odd about odtp.yml, each with its line.</summary>
    public IReadOnlyList<string> Warnings { get => field ?? []; init; }

    /// <summary>Neither latest nor stable can mean it.</summary>
    public bool IsRetired() => Deprecated || YankReason is not null;
}

public sealed record ComponentSummary(
    [property: JsonPropertyName("componentId")] Id<Component> ComponentId,
    [property: JsonPropertyName("componentName")] string ComponentName,
    [property: JsonPropertyName("repoLink")] string RepoLink,
    [property: JsonPropertyName("type")] string Type);

/// <summary>One parameter of a component as odtp.yml declares it.</summary>
/// <param name="Type"><c>string</c>, <c>integer</c>, <c>number</c> or <c>boolean</c>.</param>
/// <param name="Default">Text of the default value, as ODTP passes it (a boolean as <c>True</c> or <c>False</c>); null: none, the value must be given.</param>
/// <param name="HasNullDefault">The file says <c>default-value: null</c>: the parameter may be left out and is then not passed.</param>
/// <param name="Options">Allowed values, unless <paramref name="AllowCustomValue"/>.</param>
public sealed record ParameterSpec(
    string Name,
    string Type,
    string? Default,
    bool HasNullDefault,
    string? Description,
    IReadOnlyList<string> Options,
    bool AllowCustomValue,
    double? Minimum,
    double? Maximum);
