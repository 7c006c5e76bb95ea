namespace Twinrunner.Registry.Odtp;

/// <summary>A value of the file with its place. Nodes that an alias names are shared, not copied.</summary>
internal abstract class OdtpNode(int line, int column)
{
    public int Line { get; } = line;
    public int Column { get; } = column;

    /// <summary>Nodes and characters below it with every alias written out: what it costs to walk through it.</summary>
    public long Weight { get; protected set; } = 1;

    /// <summary>What the file says by leaving the value out, and by <c>null</c>, <c>{}</c> and <c>[]</c>: there is nothing here.</summary>
    public abstract bool IsEmpty { get; }
}

internal sealed class OdtpScalar : OdtpNode
{
    public OdtpScalar(string text, bool isPlain, int line, int column) : base(line, column)
    {
        Text = text;
        IsPlain = isPlain;
        Weight += text.Length;
    }

    public string Text { get; }

    /// <summary>Written without quotes, so that <c>null</c>, <c>true</c> and <c>12</c> are not texts.</summary>
    public bool IsPlain { get; }

    public bool IsNull => IsPlain && Text is "" or "~" or "null" or "Null" or "NULL";

    /// <summary>The truth value that PyYAML (YAML 1.1) reads, since that is what ODTP reads with; null: it is none.</summary>
    public bool? AsBoolean => !IsPlain ? null : Text switch
    {
        "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" => true,
        "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF" => false,
        _ => null,
    };

    /// <summary>The text that ODTP passes to a component for this value: Python's <c>str</c> of what PyYAML reads.</summary>
    public string AsEnvironmentText => AsBoolean is { } truth ? truth ? "True" : "False" : Text;

    public override bool IsEmpty => IsNull;
}

internal sealed class OdtpSequence(int line, int column) : OdtpNode(line, column)
{
    private readonly List<OdtpNode> _items = [];

    public IReadOnlyList<OdtpNode> Items => _items;

    public override bool IsEmpty => _items.Count == 0;

    public void Add(OdtpNode item)
    {
        _items.Add(item);
        Weight += item.Weight;
    }
}

internal sealed class OdtpMapping(int line, int column) : OdtpNode(line, column)
{
    private readonly List<OdtpEntry> _entries = [];
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);

    public IReadOnlyList<OdtpEntry> Entries => _entries;

    public override bool IsEmpty => _entries.Count == 0;

    /// <summary>False: the key was there; the later value counts, as in PyYAML.</summary>
    public bool Set(OdtpScalar key, OdtpNode value)
    {
        Weight += key.Weight + value.Weight;
        if (_places.TryAdd(key.Text, _entries.Count))
        {
            _entries.Add(new(key, value));
            return true;
        }
        _entries[_places[key.Text]] = new(key, value);
        return false;
    }

    /// <summary>Adds what a merge key (<c>&lt;&lt;</c>) brings: keys of the mapping itself win.</summary>
    public void Merge(OdtpMapping other)
    {
        foreach (var entry in other.Entries)
            if (!_places.ContainsKey(entry.Key.Text))
                Set(entry.Key, entry.Value);
    }

    /// <summary>The value under the first of these names that is there; names are in kebab-case and match in any dialect.</summary>
    public OdtpNode? Find(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            foreach (var entry in _entries)
                if (entry.Name == name)
                    return entry.Value;
        return null;
    }
}

/// <summary>One key and its value; <see cref="Name"/> is the key in kebab-case, whichever dialect it was written in.</summary>
internal sealed class OdtpEntry(OdtpScalar key, OdtpNode value)
{
    public OdtpScalar Key { get; } = key;
    public OdtpNode Value { get; } = value;
    public string Name { get; } = key.Text.Trim().ToLowerInvariant().Replace('_', '-').Replace(' ', '-');
}
