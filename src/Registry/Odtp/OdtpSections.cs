namespace Twinrunner.Registry.Odtp;

/// <summary>The top level of a file: finds every part under the names that the dialects give it.</summary>
internal sealed class OdtpSections(OdtpMapping root, OdtpFaults faults)
{
    private static readonly string[] Types = ["ephemeral", "interactive", "persistent", "api"];

    /// <summary>Values of ODTP's template that say nothing when they are left as they are.</summary>
    private static readonly HashSet<string> Placeholders = new(StringComparer.OrdinalIgnoreCase)
    {
        "component name", "odtp-component-template", "author one", "author two", "component author", "component license",
        "ephemeral or interactive", "description of the component's function", "dockeruser/dockerimage:label",
        "https://github.com/organization/component-repo", "tag1", "tag2",
    };

    public OdtpFile ToFile()
    {
        var tools = root.Find("tools", "tool");
        return new()
        {
            SchemaVersion = Text(root.Find("schema-version", "odtp-version")),
            Name = Text(root.Find("component-name", "name")),
            Version = Text(root.Find("component-version", "version")),
            Type = ReadType(root.Find("component-type", "type")),
            Description = Text(root.Find("component-description", "description")),
            License = Text(root.Find("component-license", "license")),
            RepositoryUrl = ReadRepository(root.Find("component-repository", "component-url", "repository")),
            DockerImage = ReadImage(root.Find("component-docker-image", "docker-image", "image-link")),
            Authors = ReadNames(root.Find("component-authors", "component-author", "authors", "author"), "name", "author-name"),
            Tags = ReadNames(root.Find("tags", "component-tags"), "name"),
            Parameters = OdtpParameters.Read(root.Find("parameters"), faults),
            Ports = OdtpPorts.Read(root.Find("ports"), faults),
            SecretNames = OdtpSecrets.Read(root.Find("secrets"), faults),
            Gpu = OdtpDevices.AsksForGpu(root.Find("devices"), faults),
            Parts = new()
            {
                Parameters = OdtpJson.From(root.Find("parameters")),
                Ports = OdtpJson.From(root.Find("ports")),
                Secrets = OdtpJson.From(root.Find("secrets")),
                Devices = OdtpJson.From(root.Find("devices")),
                Tools = OdtpJson.From(tools ?? FlatTool()),
                DataInputs = OdtpJson.From(root.Find("data-inputs", "data-input")),
                DataOutputs = OdtpJson.From(root.Find("data-outputs", "data-output")),
                BuildArgs = OdtpJson.From(root.Find("build-args", "build-arguments")),
            },
        };
    }

    private string ReadType(OdtpNode? node)
    {
        if (Text(node) is not { } text)
            return Types[0];
        if (Types.FirstOrDefault(type => type.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } known)
            return known;
        faults.Warn(node!, $"component-type '{Shorten(text)}' is not known; it is taken as 'ephemeral'. Write one of {string.Join(", ", Types)}.");
        return Types[0];
    }

    private string? ReadRepository(OdtpNode? node) =>
        node is OdtpMapping mapping ? Text(mapping.Find("url", "link")) : Text(node);

    private string? ReadImage(OdtpNode? node)
    {
        var image = Text(node);
        if (image is null || !image.Any(char.IsWhiteSpace))
            return image;
        faults.Warn(node!, $"component-docker-image '{Shorten(image)}' is no image reference and is ignored.");
        return null;
    }

    /// <summary>A list of texts or of mappings that hold a name, or one text with commas.</summary>
    private List<string> ReadNames(OdtpNode? node, params string[] keys)
    {
        IEnumerable<string?> names = node switch
        {
            null => [],
            OdtpSequence list => list.Items.Select(item => Text(item is OdtpMapping one ? one.Find(keys) : item)),
            OdtpMapping one => [Text(one.Find(keys))],
            _ => Text(node)?.Split(',', StringSplitOptions.TrimEntries) ?? [],
        };
        return [.. names.OfType<string>().Where(name => name.Length > 0).Distinct()];
    }

    /// <summary>Schema v0.3.2 has keys <c>tool-name</c>, <c>tool-version</c> … at the top level instead of a list.</summary>
    private OdtpSequence? FlatTool()
    {
        var tool = new OdtpMapping(0, 0);
        foreach (var entry in root.Entries.Where(entry => entry.Name.StartsWith("tool-", StringComparison.Ordinal)))
            tool.Set(new(entry.Name, isPlain: true, entry.Key.Line, entry.Key.Column), entry.Value);
        if (tool.IsEmpty)
            return null;
        var list = new OdtpSequence(0, 0);
        list.Add(tool);
        return list;
    }

    /// <summary>The trimmed text; null when there is none or when it is the template's.</summary>
    private string? Text(OdtpNode? node)
    {
        if (node is null or { IsEmpty: true })
            return null;
        if (node is not OdtpScalar scalar)
        {
            faults.Warn(node, "A text was expected here, not a list or a mapping; it is ignored.");
            return null;
        }
        var text = scalar.Text.Trim();
        if (!IsPlaceholder(text))
            return text.Length > 0 ? text : null;
        faults.Warn(scalar, $"'{Shorten(text)}' was left as it is in the template; it is ignored.");
        return null;
    }

    private static bool IsPlaceholder(string text) =>
        Placeholders.Contains(text)
        || text.StartsWith("{{", StringComparison.Ordinal) && text.EndsWith("}}", StringComparison.Ordinal)
        || text.StartsWith('<') && text.EndsWith('>') && !text.Contains('@', StringComparison.Ordinal);

    internal static string Shorten(string text) => text.Length <= 60 ? text : text[..60] + "…";
}
