using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Twinrunner.Runner.Hosting;

/// <summary>All settings of a server but the data folder, which says where the file with the others is.</summary>
public static partial class HostSettingList
{
    public static IReadOnlyList<HostSetting> All { get; } =
    [
        new("listen", "--listen", "TWIN_LISTEN", HostSettings.DefaultUrl,
            "addresses to listen on, separated by commas: http://ADDRESS:PORT (port 0: any free one) or unix:///PATH",
            "listening anywhere but on loopback lets others in: it needs a token, and TLS in front of it",
            (settings, text) => settings with { Urls = Words(text) }),
        new("tokenFile", "--token-file", "TWIN_TOKEN_FILE", "none",
            "file whose only line is the bearer token that every request must carry",
            "every client needs the token (`TWIN_TOKEN`)",
            (settings, text) => settings with { Token = ReadToken(text) }),
        new("token", null, "TWIN_API_TOKEN", "none",
            "the bearer token itself, for where a file is impractical; not read from twinrunner.json",
            "as tokenFile; whoever may read the process's environment can read it",
            (settings, text) => settings with { Token = Token(text) })
        { IsSecret = true },
        new("allowedHosts", "--allowed-hosts", "TWIN_ALLOWED_HOSTS", "localhost and loopback addresses",
            "further host names under which browsers may reach the server, separated by commas",
            "a page served under such a name may use the server as you do",
            (settings, text) => settings with { AllowedHosts = Words(text) }),
        new("roles", "--roles", "TWIN_ROLES", "api,registry,runner",
            "what this process does: answer requests (api), follow repositories (registry), run steps (runner); health is told always",
            "nothing; a role that no process has isn't done",
            (settings, text) => settings with { Roles = Roles(text) }),
        new("slots", "--slots", "TWIN_SLOTS", "number of processors, at least 2",
            "steps that run at once",
            "each running step takes its own memory and processor time, and the server about 1 MB",
            (settings, text) => settings with { Slots = (int)Number(text, 1, 10_000) }),
        new("allowProcesses", "--allow-processes", "TWIN_ALLOW_PROCESSES", "no",
            "let steps be commands of this machine instead of containers",
            "whoever may submit a workflow may run any command as the server's user",
            (settings, text) => settings with { EnableProcessExecutor = Switch(text) })
        { IsSwitch = true },
        new("nodeLabels", "--node-labels", "TWIN_NODE_LABELS", "none",
            "labels of this node that steps may ask for: name=value, separated by commas",
            "nothing",
            (settings, text) => settings with { NodeLabels = Labels(text) }),
        new("defaultUser", "--default-user", "TWIN_DEFAULT_USER", "local",
            "display name of the user to whom digital twins belong when nobody else is named",
            "nothing",
            (settings, text) => settings with { DefaultUser = text.Trim().Length is > 0 and <= 200 ? text.Trim() : throw new FormatException("a name has 1 to 200 characters") }),
        new("maxRequestBytes", "--max-request-bytes", "TWIN_MAX_REQUEST_BYTES", "4194304 (4 MiB)",
            "largest request body",
            "each request that is being read may take that much memory",
            (settings, text) => settings with { MaxRequestBytes = Number(text, 1024, 1024 * 1024 * 1024) }),
        new("shutdownSeconds", "--shutdown-seconds", "TWIN_SHUTDOWN_SECONDS", "10",
            "how long a stop waits for requests and loops to end; containers are left running and found again",
            "a stop may take that long",
            (settings, text) => settings with { ShutdownTimeout = TimeSpan.FromSeconds(Number(text, 0, 3600)) }),
        new("logLevel", "--log-level", "TWIN_LOG_LEVEL", "information",
            "least severe messages that are logged: trace, debug, information, warning, error, critical, none",
            "debug writes several lines for each step, trace for each request",
            (settings, text) => settings with { LogLevel = Level(text) }),
        .. Database,
        .. Objects,
        .. Kubernetes,
        .. Registry,
    ];

    private static string[] Words(string text) =>
        text.Split([',', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string[] Roles(string text) =>
        Words(text) is { Length: > 0 } roles && !roles.Except(HostSettings.AllRoles).Any()
            ? roles
            : throw new FormatException($"expected some of {string.Join(", ", HostSettings.AllRoles)}");

    private static long Number(string text, long least, long most) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new FormatException($"expected a whole number from {least} to {most}");

    private static bool Switch(string text) => text.Trim().ToUpperInvariant() switch
    {
        "TRUE" or "YES" or "ON" or "1" => true,
        "FALSE" or "NO" or "OFF" or "0" => false,
        _ => throw new FormatException("expected yes or no"),
    };

    private static LogLevel Level(string text) =>
        Enum.TryParse<LogLevel>(text, ignoreCase: true, out var level) && Enum.IsDefined(level) && !int.TryParse(text, out _)
            ? level
            : throw new FormatException("expected trace, debug, information, warning, error, critical or none");

    private static Dictionary<string, string> Labels(string text)
    {
        var labels = new Dictionary<string, string>();
        foreach (var word in Words(text))
        {
            var equals = word.IndexOf('=');
            if (equals <= 0 || !labels.TryAdd(word[..equals].Trim(), word[(equals + 1)..].Trim()))
                throw new FormatException($"'{word}' is not name=value, or its name is there twice");
        }
        return labels;
    }

    private static string ReadToken(string path) => Token(ReadFile(path));

    private static string ReadFile(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"the file can't be read: {exception.Message}");
        }
    }

    // RFC 6750's characters, so that the token survives in a header; 16 of them at least, so that it can't be guessed.
    private static string Token(string text)
    {
        var token = text.Trim();
        return token.Length is >= 16 and <= 4096 && token.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '~' or '+' or '/' or '=')
            ? token
            : throw new FormatException("a token has 16 to 4096 characters, of letters, digits and -._~+/=");
    }
}
