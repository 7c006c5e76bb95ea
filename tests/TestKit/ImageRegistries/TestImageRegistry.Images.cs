using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Twinrunner.TestKit.ImageRegistries;

public sealed partial class TestImageRegistry
{
    public const string ManifestType = "application/vnd.docker.distribution.manifest.v2+json";
    public const string IndexType = "application/vnd.oci.image.index.v1+json";
    public const string ConfigType = "application/vnd.docker.container.image.v1+json";

    private readonly Dictionary<string, (string Type, byte[] Bytes)> _blobs = [];
    private readonly Dictionary<string, SortedDictionary<string, string>> _tags = [];

    /// <summary>Makes an image of one layer with one file, <c>/content</c>, and lets a tag point to it.</summary>
    /// <param name="config">The image's <c>config</c>; its <c>Cmd</c> is <c>/content</c> unless said.</param>
    /// <returns>Digest of its manifest.</returns>
    public string Push(string name, string tag, string content, string architecture = "amd64", JsonObject? config = null)
    {
        var layer = Layer(content);
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(layer);
        config ??= [];
        config.TryAdd("Cmd", new JsonArray("/content"));
        var image = Json(new JsonObject
        {
            ["architecture"] = architecture,
            ["os"] = "linux",
            ["created"] = "2026-01-02T03:04:05Z",
            ["config"] = config,
            ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray(Digest(layer)) },
        });
        return PushManifest(name, tag, ManifestType, new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = ManifestType,
            ["config"] = Descriptor(ConfigType, image),
            ["layers"] = new JsonArray(Descriptor("application/vnd.docker.image.rootfs.diff.tar.gzip", packed.ToArray())),
        });
    }

    /// <summary>Lets a tag point to an index of images, with an attestation among them as BuildKit makes it.</summary>
    public string PushIndex(string name, string tag, params (string Architecture, string? Variant, string Digest)[] images)
    {
        var entries = new JsonArray();
        foreach (var (architecture, variant, digest) in images)
        {
            entries.Add(new JsonObject
            {
                ["mediaType"] = ManifestType,
                ["digest"] = digest,
                ["size"] = _blobs[digest].Bytes.Length,
                ["platform"] = new JsonObject { ["os"] = "linux", ["architecture"] = architecture, ["variant"] = variant },
            });
        }
        entries.Add(new JsonObject
        {
            ["mediaType"] = "application/vnd.oci.image.manifest.v1+json",
            ["digest"] = Digest([]),
            ["size"] = 0,
            ["annotations"] = new JsonObject { ["vnd.docker.reference.type"] = "attestation-manifest" },
            ["platform"] = new JsonObject { ["os"] = "unknown", ["architecture"] = "unknown" },
        });
        return PushManifest(name, tag, IndexType, new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = IndexType, ["manifests"] = entries });
    }

    /// <summary>Lets a tag point to any document.</summary>
    public string PushManifest(string name, string tag, string type, JsonNode manifest)
    {
        var digest = Add(type, Json(manifest));
        if (!_tags.TryGetValue(name, out var tags))
            _tags[name] = tags = new(StringComparer.Ordinal);
        return tags[tag] = digest;
    }

    /// <summary>Digest of the configuration that a manifest names.</summary>
    public string ConfigDigest(string manifest) => JsonNode.Parse(_blobs[manifest].Bytes)!["config"]!["digest"]!.GetValue<string>();

    public void Untag(string name, string tag) => _tags[name].Remove(tag);

    public static string Digest(byte[] bytes) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static byte[] Json(JsonNode node) => JsonSerializer.SerializeToUtf8Bytes(node);

    private static byte[] Layer(string content)
    {
        using var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, TarEntryFormat.Ustar, leaveOpen: true))
            writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, "content") { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) });
        return tar.ToArray();
    }

    private JsonObject Descriptor(string type, byte[] bytes) =>
        new() { ["mediaType"] = type, ["size"] = bytes.Length, ["digest"] = Add("application/octet-stream", bytes) };

    private string Add(string type, byte[] bytes)
    {
        var digest = Digest(bytes);
        _blobs[digest] = (type, bytes);
        return digest;
    }
}
