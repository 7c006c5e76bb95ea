using System.Text;
using System.Text.Json.Serialization;
using System.Text.Unicode;

namespace Twinrunner.Runner.Outputs.Manifests;

/// <summary>One file, link or empty folder of an output, or something that was left out of it. Fields that say nothing are left out of the JSON.</summary>
public sealed record ManifestEntry
{
    /// <summary>Relative, <c>/</c>-separated. Bytes that are not UTF-8 are written <c>%FF</c>; then <see cref="RawPath"/> has the exact ones.</summary>
    public required string Path { get; init; }

    /// <summary>The path's bytes, where they are not UTF-8.</summary>
    public byte[]? RawPath { get; init; }

    public EntryKind Kind { get; init; }

    public long Size { get; init; }

    /// <summary>Lower-case hex; of files only.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Permission bits, octal: <c>644</c>.</summary>
    public string? Mode { get; init; }

    /// <summary>Key of the object that holds the file's bytes; it may be another output's.</summary>
    public string? Key { get; init; }

    /// <summary>Where a link points, relative to its folder.</summary>
    public string? Target { get; init; }

    /// <summary>Why it is not among the inputs of later steps; null: it is.</summary>
    public string? Unchained { get; init; }

    /// <summary>Why it was not stored at all.</summary>
    public string? LeftOut { get; init; }

    [JsonIgnore]
    public byte[] PathBytes => RawPath ?? Encoding.UTF8.GetBytes(Path);

    /// <summary>The entry with that path, whatever its bytes.</summary>
    public static ManifestEntry At(ReadOnlySpan<byte> path)
    {
        if (Utf8.IsValid(path))
            return new() { Path = Encoding.UTF8.GetString(path) };
        var text = new StringBuilder();
        for (var rest = path; !rest.IsEmpty;)
        {
            var valid = Rune.DecodeFromUtf8(rest, out var rune, out var length) == System.Buffers.OperationStatus.Done;
            if (valid)
                text.Append(rune.ToString());
            else
                foreach (var b in rest[..length])
                    text.Append('%').Append(b.ToString("X2"));
            rest = rest[length..];
        }
        return new() { Path = text.ToString(), RawPath = path.ToArray() };
    }
}

public enum EntryKind { File, Link, Folder, Other }

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(ManifestEntry))]
internal sealed partial class ManifestJson : JsonSerializerContext;
