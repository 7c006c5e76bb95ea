namespace Twinrunner.Runner.Workflows.Reading;

/// <summary>One key of the workflow file. Parser, schema and documentation all read this table.</summary>
/// <param name="Schema">Its values, as a JSON Schema.</param>
/// <param name="Foreign">What other tools call it, for hints.</param>
internal sealed record Key(string Name, string Schema, string Description, params string[] Foreign)
{
    /// <summary>May also stand in <c>defaults</c>.</summary>
    public bool InDefaults { get; init; }

    public bool Required { get; init; }
}

/// <summary>The keys that one kind of mapping may have.</summary>
internal sealed class Section(string name, string description, params IReadOnlyList<Key> keys)
{
    private readonly Dictionary<string, Key> _keys = keys.ToDictionary(k => k.Name, StringComparer.Ordinal);
    private readonly Dictionary<string, string> _foreign = keys
        .SelectMany(k => k.Foreign.Select(f => (f, k.Name)))
        .ToDictionary(p => p.f, p => p.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>Its definition's name in the schema.</summary>
    public string Name => name;

    /// <summary>What a person calls it: <c>a step</c>.</summary>
    public string Description => description;

    public IReadOnlyList<Key> Keys => keys;

    public bool Has(string key) => _keys.ContainsKey(key);

    public string? HintFor(string unknown)
    {
        if (_foreign.TryGetValue(unknown, out var ours))
            return $"here it is called '{ours}'";
        var spelled = unknown.Replace('_', '-').ToLowerInvariant();
        return Has(spelled) ? $"write '{spelled}'" : Suggestion.Hint(unknown, _keys.Keys);
    }
}
