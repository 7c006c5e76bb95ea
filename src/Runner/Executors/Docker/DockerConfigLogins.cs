using System.Text;
using System.Text.Json;
using Twinrunner.Runner.Executors.Docker.Engine;

namespace Twinrunner.Runner.Executors.Docker;

/// <summary>
/// Logins that <c>docker login</c> left in its <c>config.json</c>. Credential helpers (<c>credsStore</c>) are programs of the user's
/// desktop and are not run.
/// </summary>
/// <param name="folder">Null: there are none.</param>
public sealed class DockerConfigLogins(string? folder) : IRegistryLogins
{
    /// <summary>Under this name the docker command keeps those of Docker Hub, and the engine looks for them.</summary>
    internal const string DockerHubKey = "https://index.docker.io/v1/";

    /// <summary>The folder that the docker command would use.</summary>
    public static string? DefaultFolder(Func<string, string?> variable) =>
        variable("DOCKER_CONFIG") is { Length: > 0 } folder ? folder
            : variable("HOME") is { Length: > 0 } home ? Path.Combine(home, ".docker") : null;

    public async Task<RegistryAuth?> FindAsync(ImageName image, CancellationToken cancellationToken)
    {
        var all = await AllAsync(cancellationToken);
        var host = image.Host;
        string[] names = host == "docker.io" ? [DockerHubKey, host] : [host, "https://" + host, $"https://{host}/v1/", $"https://{host}/v2/"];
        return names.Select(name => all.GetValueOrDefault(name)).FirstOrDefault(login => login is not null);
    }

    public async Task<IReadOnlyDictionary<string, RegistryAuth>> AllAsync(CancellationToken cancellationToken)
    {
        var logins = new Dictionary<string, RegistryAuth>();
        if (folder is null || Path.Combine(folder, "config.json") is var path && !File.Exists(path))
            return logins;
        try
        {
            // Read each time: a pull is rare, and a login must count at once.
            using var config = JsonDocument.Parse(await File.ReadAllTextAsync(path, cancellationToken));
            if (config.RootElement.TryGetProperty("auths", out var auths))
            {
                foreach (var entry in auths.EnumerateObject())
                {
                    if (Read(entry.Name, entry.Value) is { } login)
                        logins[entry.Name] = login;
                }
            }
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException or FormatException or InvalidOperationException)
        {
            // A pull without credentials tells more than a broken file of another program.
        }
        return logins;
    }

    private static RegistryAuth? Read(string name, JsonElement entry)
    {
        if (entry.TryGetProperty("identitytoken", out var token) && token.GetString() is { Length: > 0 } identity)
            return new() { IdentityToken = identity, ServerAddress = name };
        if (!entry.TryGetProperty("auth", out var auth) || auth.GetString() is not { Length: > 0 } encoded)
            return null;
        var pair = Encoding.UTF8.GetString(Convert.FromBase64String(encoded));
        var colon = pair.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 ? new() { Username = pair[..colon], Password = pair[(colon + 1)..], ServerAddress = name } : null;
    }
}
