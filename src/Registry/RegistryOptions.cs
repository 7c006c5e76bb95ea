namespace Twinrunner.Registry;

/// <summary>Limits on what repositories may cost, and where copies of them are kept.</summary>
public sealed record RegistryOptions
{
    /// <summary>Folder for bare copies of git repositories: a cache, it may be deleted while nothing runs.</summary>
    public string MirrorFolder { get; set; } = "";

    /// <summary>Hosts whose repositories may be used: names, <c>*.example.org</c>, or <c>*</c> for any. Default any.</summary>
    public IReadOnlyList<string> AllowedHosts { get; set; } = ["*"];

    /// <summary>Hosts that may be used although they are at addresses of private networks or of this machine: names, addresses, ranges (<c>10.0.0.0/8</c>). Default none.</summary>
    public IReadOnlyList<string> PrivateHosts { get; set; } = [];

    /// <summary>Folders and repositories of this machine may be components. Default yes.</summary>
    public bool LocalSources { get; set; } = true;

    /// <summary>Certificates of authorities (PEM) that git trusts in place of the system's; null: the system's.</summary>
    public string? GitCaFile { get; set; }

    /// <summary>Time for one command of git. Default 10 minutes.</summary>
    public TimeSpan GitTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Disk that the copy of one repository may take. Default 4 GiB.</summary>
    public long MaxRepositoryBytes { get; set; } = 4L << 30;

    /// <summary>Bytes of the files of one version. Default 1 GiB: an image's build context is read into the engine whole.</summary>
    public long MaxArchiveBytes { get; set; } = 1L << 30;

    /// <summary>Files of one version. Default 100,000.</summary>
    public int MaxArchiveFiles { get; set; } = 100_000;

    /// <summary>Time between two looks at a component's repository; zero: only when somebody asks. Default 15 minutes.</summary>
    public TimeSpan SyncInterval { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Repositories looked at at the same time. Default 8.</summary>
    public int SyncParallel { get; set; } = 8;

    /// <summary>How long the one process that looks may be silent before another takes over. Default 10 seconds.</summary>
    public TimeSpan SyncLease { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Time for the build of one image. Default one hour.</summary>
    public TimeSpan BuildTimeout { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Image registries that have no TLS: <c>HOST</c> or <c>HOST:PORT</c>. Default those of this machine only, as with Docker.</summary>
    public IReadOnlyList<string> InsecureImageRegistries { get; set; } = [];

    /// <summary>Where Docker Hub's images are. Another one for a mirror, or a test.</summary>
    public Uri DockerHubRegistry { get; set; } = new("https://registry-1.docker.io");

    /// <summary>Docker Hub's own interface, for the dates of tags.</summary>
    public Uri DockerHubApi { get; set; } = new("https://hub.docker.com");

    /// <summary><c>HOST/PATH</c> under which images are pushed once they are built, for engines and clusters elsewhere; null: they stay on this engine.</summary>
    public string? PushImagesTo { get; set; }

    /// <summary>The container registry in which packages of github.com's repositories are. Another one for a test.</summary>
    public string GitHubPackages { get; set; } = "ghcr.io";

    /// <summary>Time for one request to an image registry, its redirects and its login included. Default 30 seconds.</summary>
    public TimeSpan ImageRegistryTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Hosts that are GitHub, and where their REST API is. Default github.com; a GitHub Enterprise server has it at <c>https://HOST/api/v3/</c>.</summary>
    public IReadOnlyDictionary<string, Uri> GitHubApi { get; set; } = new Dictionary<string, Uri>(StringComparer.OrdinalIgnoreCase)
    {
        ["github.com"] = new("https://api.github.com/"),
    };
}
