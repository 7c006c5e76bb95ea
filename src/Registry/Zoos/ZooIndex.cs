using System.Text;
using Twinrunner.Registry.Odtp;
using Twinrunner.Registry.Sources;

namespace Twinrunner.Registry.Zoos;

/// <summary>
/// Reads the index of a zoo: an address a line, or a list in YAML or JSON of addresses or of mappings with the address and, beside it,
/// <c>subfolder</c>, <c>tags</c> and <c>branch</c>; the list may stand under <c>components</c> or <c>repositories</c>, and may be a mapping by name.
/// (Names are those of the components' own odtp.yml.)
/// </summary>
internal static class ZooIndex
{
    public const int MaxBytes = 1 << 20;
    public const int MaxEntries = 2000;

    private static readonly string[] ListKeys = ["components", "repositories", "repos", "zoo"];
    private static readonly string[] AddressKeys = ["repository", "repository-url", "repo", "repo-url", "repolink", "repositorylink", "component-repository", "url", "link", "git"];

    /// <exception cref="SourceException">It is no index; the message says why.</exception>
    public static IReadOnlyList<ZooEntry> Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxBytes)
            throw new SourceException($"The index has more than {MaxBytes >> 20} MiB.");
        var text = Encoding.UTF8.GetString(bytes).TrimStart('\uFEFF').Replace("\t", "    ", StringComparison.Ordinal).Replace('\0', '\uFFFD');
        var entries = ReadLines(text) ?? ReadTree(text);
        if (entries.Count == 0)
            throw new SourceException("The index names no repository: it is a list of addresses, one a line, or in YAML or JSON.");
        return entries.Count <= MaxEntries ? entries : throw new SourceException($"The index names {entries.Count} repositories, more than {MaxEntries}.");
    }

    /// <summary>Null: there is something else than addresses.</summary>
    private static List<ZooEntry>? ReadLines(string text)
    {
        List<ZooEntry> entries = [];
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith('#'))
                continue;
            if (line.Contains(' ', StringComparison.Ordinal) || !(Path.IsPathFullyQualified(line) || line.StartsWith('.') || SourceAddress.Fault(line) is null))
                return null;
            entries.Add(new(line));
        }
        return entries;
    }

    private static List<ZooEntry> ReadTree(string text)
    {
        var faults = new OdtpFaults();
        var root = OdtpTree.Read(text, faults);
        if (faults.ToList().FirstOrDefault(fault => fault.IsError) is { } fault)
            throw new SourceException($"The index can't be read, line {fault.Line}: {fault.Message}");
        List<ZooEntry> entries = [];
        Collect((root as OdtpMapping)?.Find(ListKeys) ?? root, entries);
        return entries;
    }

    private static void Collect(OdtpNode? list, List<ZooEntry> entries)
    {
        IEnumerable<OdtpNode> items = list switch
        {
            OdtpSequence sequence => sequence.Items,
            OdtpMapping mapping when Text(mapping, AddressKeys) is null => mapping.Entries.Select(entry => entry.Value),
            OdtpMapping one => [one],
            _ => [],
        };
        foreach (var item in items)
        {
            if (item is OdtpScalar { IsNull: false } address)
                entries.Add(new(address.Text.Trim()));
            else if (item is OdtpMapping mapping && Text(mapping, AddressKeys) is { } repository)
                entries.Add(new(repository)
                {
                    Subfolder = Text(mapping, "subfolder", "folder", "path"),
                    Tags = Text(mapping, "tags", "tag-pattern"),
                    Branch = Text(mapping, "branch"),
                });
        }
    }

    private static string? Text(OdtpMapping mapping, params string[] keys) =>
        mapping.Find(keys) is OdtpScalar { IsNull: false } scalar && scalar.Text.Trim() is { Length: > 0 } text ? text : null;
}

/// <param name="Repository">As written.</param>
internal sealed record ZooEntry(string Repository)
{
    public string? Subfolder { get; init; }

    /// <summary>Pattern.</summary>
    public string? Tags { get; init; }

    public string? Branch { get; init; }
}
