using System.Text;
using System.Text.Json;
using Twinrunner.Runner.Executors.Docker.Engine;

namespace Twinrunner.Runner.Executors.Docker;

/// <summary>
/// Credentials that <c>docker login</c> left in its <c>config.json</c>. Credential helpers (<c>credsStore</c>) are programs of the user's
/// desktop and are not run.
/// </summary>
/// <param name="folder">Null: there are none.</param>
internal sealed class RegistryCredentials(string? folder)
{
    /// <summary>Under this name the docker command keeps those of Docker Hub.</summary>
    private const string DockerHubKey = "https://index.docker.io/v1/";

    /// <summary>The folder that the docker command would use.</summary>
    public static string? DefaultFolder(Func<string, string?> variable) =>
        variable("DOCKER_CONFIG") is { Length: > 0 } folder ? folder
            : variable("HOME") is { Length: > 0 } home ? Path.Combine(home, ".docker") : null;

    /// <param name="host">Of an image's name; <c>docker.io</c> for Docker Hub.</param>
    /// <returns>Null: none are stored.</returns>
    public async Task<RegistryAuth?> FindAsync(string host, CancellationToken cancellationToken)
    {
        if (folder is null || Path.Combine(folder, "config.json") is var path && !File.Exists(path))
            return null;
        try
        {
            // Read each time: a pull is rare, and a login must count at once.
            using var config = JsonDocument.Parse(await File.ReadAllTextAsync(path, cancellationToken));
            return config.RootElement.TryGetProperty("auths", out var auths) ? Find(auths, host) : null;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException or FormatException)
        {
            // A pull without credentials tells more than a broken file of another program.
            return null;
        }
    }

    private static RegistryAuth? Find(JsonElement auths, string host)
    {
        string[] names = host == "docker.io" ? [DockerHubKey, host] : [host, "https://" + host, $"https://{host}/v1/", $"https://{host}/v2/"];
        foreach (var name in names)
        {
            if (!auths.TryGetProperty(name, out var entry))
                continue;
            if (entry.TryGetProperty("identitytoken", out var token) && token.GetString() is { Length: > 0 } identity)
                return new() { IdentityToken = identity, ServerAddress = name };
            if (!entry.TryGetProperty("auth", out var auth) || auth.GetString() is not { Length: > 0 } encoded)
                continue;
            var pair = Encoding.UTF8.GetString(Convert.FromBase64String(encoded));
            var colon = pair.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0)
                return new() { Username = pair[..colon], Password = pair[(colon + 1)..], ServerAddress = name };
        }
        return null;
    }
}
