using Microsoft.Extensions.Logging;
using Twinrunner.Registry;
using Twinrunner.Storage;
using Twinrunner.Storage.Mongo;
using Twinrunner.Storage.Objects.S3;

namespace Twinrunner.Runner.Hosting;

/// <summary>
/// How a server runs. Every setting is a row of <see cref="HostSettingList"/>, which reads it from flags, environment and file
/// and says what it costs; docs/configuration.md shows the same rows.
/// </summary>
public sealed record HostSettings
{
    public const string DefaultUrl = "http://127.0.0.1:7466";

    /// <summary>Absolute path. One process may use it at a time.</summary>
    public required string DataFolder { get; init; }

    /// <summary>Connection string of the database; null: the embedded one, in the data folder.</summary>
    public string? Database { get; init; }

    /// <summary>In place of the user in <see cref="Database"/>.</summary>
    public string? DatabaseUser { get; init; }

    public string? DatabasePassword { get; init; }

    public MongoOptions? Mongo => Database is null ? null : new(Database, DatabaseUser, DatabasePassword);

    /// <summary>Where to listen: <c>http://address:port</c> (port 0: any free one), or <c>unix:///path</c>.</summary>
    public IReadOnlyList<string> Urls { get; init; } = [DefaultUrl];

    /// <summary>Bearer token that every request must carry; null: none, which is refused anywhere but on loopback.</summary>
    public string? Token { get; init; }

    /// <summary>Host names under which browsers may reach the server, beside those of the loopback interface.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>False: the server only answers, and starts no steps (a command that looks into a data folder nobody serves).</summary>
    public bool RunSteps { get; init; } = true;

    /// <summary>False: the server ends with the command that it is a part of.</summary>
    public bool Stays { get; init; } = true;

    /// <summary>What this process does: <c>api</c>, <c>registry</c>, <c>runner</c>.</summary>
    public IReadOnlyList<string> Roles { get; init; } = AllRoles;

    public static IReadOnlyList<string> AllRoles { get; } = ["api", "registry", "runner"];

    /// <summary>Steps at once.</summary>
    public int Slots { get; init; } = Math.Max(2, System.Environment.ProcessorCount);

    /// <summary><c>docker</c> or <c>kubernetes</c>.</summary>
    public string Executor { get; init; } = "docker";

    /// <summary>The cluster, where steps run on one.</summary>
    public KubernetesSettings Kubernetes { get; init; } = new();

    /// <summary>Steps of kind process may run: commands of this machine, as this user.</summary>
    public bool EnableProcessExecutor { get; init; }

    /// <summary>Labels of this node, which steps may ask for.</summary>
    public IReadOnlyDictionary<string, string> NodeLabels { get; init; } = new Dictionary<string, string>();

    /// <summary>Display name of the user to whom digital twins belong when nobody else is named.</summary>
    public string DefaultUser { get; init; } = "local";

    /// <summary>Bytes of the largest request body.</summary>
    public long MaxRequestBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>How long a stop waits for requests and loops to end. Containers are left running.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The S3 bucket with the objects; without a bucket's name they are files in the data folder.</summary>
    public S3Options S3 { get; init; } = new();

    /// <summary>Which back ends keep documents and objects.</summary>
    public StorageOptions Storage => new() { DataFolder = DataFolder, Mongo = Mongo, S3 = S3.Bucket.Length > 0 ? S3 : null };

    /// <summary>Bytes of downloaded inputs that are kept for further steps.</summary>
    public long CacheBytes { get; init; } = 10L << 30;

    /// <summary>How long a step waits for an object store that doesn't take its outputs.</summary>
    public TimeSpan StorePatience { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Where components may come from, and what they may cost.</summary>
    public RegistryOptions Registry { get; init; } = new();

    /// <summary>Secrets with which GitHub signs its webhooks' deliveries; none: no deliveries are taken.</summary>
    public IReadOnlyList<string> GitHubWebhookSecrets { get; init; } = [];

    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>Make the OpenAPI document from the endpoints, which takes time and memory, instead of giving the one that was checked in.</summary>
    internal bool MakeApiDocument { get; init; }

    /// <summary>Environment variables that are other programs' (<c>DOCKER_HOST</c>, <c>DOCKER_CONFIG</c>, …); ours are settings above.</summary>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;
}

/// <summary>Settings that can't be used. The message has one line for each fault.</summary>
public sealed class InvalidSettingsException(IReadOnlyList<string> faults)
    : Exception(string.Join('\n', faults))
{
    public IReadOnlyList<string> Faults { get; } = faults;
}
