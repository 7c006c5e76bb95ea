namespace Twinrunner.Runner.Executors.Docker.Engine;

/// <summary>The parts of an image's reference, <c>host:port/path/name:tag@sha256:…</c>.</summary>
/// <param name="Repository">With the host where there is one; Docker Hub's has none.</param>
/// <param name="Tag"><c>latest</c> where none is written and there is no digest.</param>
public sealed record ImageName(string Repository, string? Tag, string? Digest)
{
    private const string DefaultHost = "docker.io";

    /// <summary>Host of the image registry, by the rule of the docker command: the first part, if it looks like a host.</summary>
    public string Host
    {
        get
        {
            var slash = Repository.IndexOf('/', StringComparison.Ordinal);
            var first = slash < 0 ? "" : Repository[..slash];
            return first.Contains('.', StringComparison.Ordinal) || first.Contains(':', StringComparison.Ordinal) || first == "localhost"
                ? first
                : DefaultHost;
        }
    }

    public static ImageName Parse(string reference)
    {
        var at = reference.IndexOf('@', StringComparison.Ordinal);
        var name = Shortened(at < 0 ? reference : reference[..at]);
        var digest = at < 0 ? null : reference[(at + 1)..];
        // A colon before the last slash belongs to the host's port.
        var colon = name.LastIndexOf(':');
        return colon > name.LastIndexOf('/')
            ? new(name[..colon], name[(colon + 1)..], digest)
            : new(name, digest is null ? "latest" : null, digest);
    }

    /// <summary>The engine tells of Docker Hub's images without its host and <c>library/</c>, however they were named.</summary>
    private static string Shortened(string name)
    {
        foreach (var host in (ReadOnlySpan<string>)[DefaultHost + "/", "index.docker.io/"])
        {
            if (name.StartsWith(host, StringComparison.OrdinalIgnoreCase))
                return name[host.Length..] is var path && path.StartsWith("library/", StringComparison.Ordinal) ? path["library/".Length..] : path;
        }
        return name;
    }

    public override string ToString() => Repository + (Tag is null ? "" : ":" + Tag) + (Digest is null ? "" : "@" + Digest);
}
