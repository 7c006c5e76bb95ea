using Twinrunner.Registry;
using Twinrunner.Registry.ImageRegistries;

namespace Twinrunner.Runner.Hosting;

public static partial class HostSettingList
{
    private static HostSetting[] Registry =>
    [
        Of("allowedGitHosts", "--allowed-git-hosts", "TWIN_ALLOWED_GIT_HOSTS", "* (any)",
            "hosts whose git repositories may be components, separated by commas: names, or *.example.org",
            "nothing",
            (options, text) => options with { AllowedHosts = Words(text) }),
        Of("privateHosts", "--private-hosts", "TWIN_PRIVATE_HOSTS", "none",
            "hosts that may be used although they are in a private network or on this machine, separated by commas: names, addresses, or ranges such as 10.0.0.0/8",
            "whoever may add a component can make the server send requests to these hosts",
            (options, text) => options with { PrivateHosts = Words(text) }),
        Of("insecureImageRegistries", "--insecure-image-registries", "TWIN_INSECURE_IMAGE_REGISTRIES", "those of this machine",
            "image registries without TLS, separated by commas: HOST or HOST:PORT; the container engine has a setting of its own for them",
            "passwords and images go there readably",
            (options, text) => options with { InsecureImageRegistries = Words(text) }),
        Of("pushImagesTo", "--push-images-to", "TWIN_PUSH_IMAGES_TO", "none: they stay on this engine",
            "where images go that were built here, so that other nodes can pull them: HOST/PATH of an image registry",
            "each build also waits for its push, and fails with it",
            (options, text) => options with { PushImagesTo = ImagePath(text) }),
        Of("localSources", "--local-sources", "TWIN_LOCAL_SOURCES", "yes",
            "whether folders and repositories of the server's machine may be components (yes or no)",
            "whoever may add a component can read the files that the server's user can read, of folders with an odtp.yml",
            (options, text) => options with { LocalSources = Switch(text) }),
        Of("gitCaFile", "--git-ca-file", "TWIN_GIT_CA_FILE", "the system's",
            "file with certificates of authorities (PEM) that git trusts in place of the system's",
            "whoever has the keys of these authorities can pose as any git host",
            (options, text) => options with { GitCaFile = ExistingFile(text) }),
        Of("gitSeconds", "--git-seconds", "TWIN_GIT_SECONDS", "600",
            "how long one command of git may take",
            "a host that hangs is noticed later",
            (options, text) => options with { GitTimeout = TimeSpan.FromSeconds(Number(text, 1, 86_400)) }),
        Of("maxRepositoryBytes", "--max-repository-bytes", "TWIN_MAX_REPOSITORY_BYTES", "4294967296 (4 GiB)",
            "disk that the copy of one repository may take",
            "that much disk for each repository",
            (options, text) => options with { MaxRepositoryBytes = Number(text, 1 << 20, 1L << 50) }),
        Of("maxVersionBytes", "--max-version-bytes", "TWIN_MAX_VERSION_BYTES", "1073741824 (1 GiB)",
            "bytes of the files of one version of a component",
            "that much room in the object store for each version, and in the engine for each build",
            (options, text) => options with { MaxArchiveBytes = Number(text, 1024, 1L << 50) }),
        Of("maxVersionFiles", "--max-version-files", "TWIN_MAX_VERSION_FILES", "100000",
            "files of one version of a component",
            "registering and building it take longer",
            (options, text) => options with { MaxArchiveFiles = (int)Number(text, 1, 100_000_000) }),
        Of("syncSeconds", "--sync-seconds", "TWIN_SYNC_SECONDS", "900 (15 minutes)",
            "time between two looks at the repository of a component, from 60, spread by a fifth; 0: only when somebody asks",
            "new versions are found later; the shorter, the more requests their hosts get",
            (options, text) => options with { SyncInterval = Interval(text) }),
        Of("syncParallel", "--sync-parallel", "TWIN_SYNC_PARALLEL", "8",
            "repositories looked at at the same time, at most half of them at one host",
            "each takes a process of git, memory and network",
            (options, text) => options with { SyncParallel = (int)Number(text, 1, 1000) }),
        Of("buildSeconds", "--build-seconds", "TWIN_BUILD_SECONDS", "3600",
            "how long the build of one image may take",
            "a build that hangs keeps steps waiting that long",
            (options, text) => options with { BuildTimeout = TimeSpan.FromSeconds(Number(text, 1, 7 * 86_400)) }),
        Of("githubHosts", "--github-hosts", "TWIN_GITHUB_HOSTS", "github.com",
            "GitHub Enterprise servers beside github.com, separated by commas: HOST, or HOST=URL where its API isn't at https://HOST/api/v3",
            "whoever may store credentials can have them sent to these hosts",
            (options, text) => options with { GitHubApi = GitHubHosts(options.GitHubApi, text) }),
        new("githubWebhookSecretFile", "--github-webhook-secret-file", "TWIN_GITHUB_WEBHOOK_SECRET_FILE", "none",
            "file with the secret of GitHub's webhooks; a second line may hold the next one while it is changed",
            "the address for webhooks answers to whoever knows the secret, without the server's token",
            (settings, text) => settings with { GitHubWebhookSecrets = WebhookSecrets(ReadFile(text)) }),
        new("githubWebhookSecret", null, "TWIN_GITHUB_WEBHOOK_SECRET", "none",
            "the secret itself, for where a file is impractical; not read from twinrunner.json",
            "as githubWebhookSecretFile; whoever may read the process's environment can read it",
            (settings, text) => settings with { GitHubWebhookSecrets = WebhookSecrets(text) })
        { IsSecret = true },
    ];

    private static HostSetting Of(
        string name, string flag, string variable, string @default, string help, string cost, Func<RegistryOptions, string, RegistryOptions> apply) =>
        new(name, flag, variable, @default, help, cost, (settings, text) => settings with { Registry = apply(settings.Registry, text) });

    private static Dictionary<string, Uri> GitHubHosts(IReadOnlyDictionary<string, Uri> known, string text)
    {
        var hosts = new Dictionary<string, Uri>(known, StringComparer.OrdinalIgnoreCase);
        foreach (var word in Words(text))
        {
            var (host, url) = word.Split('=', 2) is [var name, var address] ? (name.Trim(), address.Trim()) : (word, $"https://{word}/api/v3");
            if (!Uri.TryCreate($"https://{host}/", UriKind.Absolute, out var web) || !web.Authority.Equals(host, StringComparison.OrdinalIgnoreCase)
                || !Uri.TryCreate(url.TrimEnd('/') + "/", UriKind.Absolute, out var api) || api.Scheme is not ("https" or "http") || api.UserInfo.Length > 0 || api.Query.Length > 0)
                throw new FormatException($"'{word}' is neither HOST nor HOST=https://…");
            hosts[web.Authority] = api;
        }
        return hosts;
    }

    private static List<string> WebhookSecrets(string text)
    {
        var secrets = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToList();
        return secrets is { Count: > 0 and <= 5 } && secrets.TrueForAll(secret => secret.Length >= 16)
            ? secrets
            : throw new FormatException("a secret has at least 16 characters, one to a line, five at most (make one with openssl rand -hex 32)");
    }

    private static TimeSpan Interval(string text) =>
        Number(text, 0, 365 * 86_400) is var seconds and (0 or >= 60) ? TimeSpan.FromSeconds(seconds) : throw new FormatException("expected 0, or 60 or more");
    private static string ImagePath(string text) =>
        ImageReference.TryParse($"{text.TrimEnd('/')}/name", out var name, out _) && name is { Tag: null, Digest: null } && text.Contains('/', StringComparison.Ordinal)
            ? text.TrimEnd('/')
            : throw new FormatException("expected HOST/PATH in lower case, like registry.example.org/twinrunner");

    private static string ExistingFile(string path) =>
        File.Exists(path) ? Path.GetFullPath(path) : throw new FormatException("there is no such file");
}
