using Twinrunner.Runner.Workflows.Expressions;

namespace Twinrunner.Runner.Workflows.Yaml;

/// <summary>A value in a workflow file that knows where it stands. Nodes are never changed once their tree is read.</summary>
internal abstract class YamlNode(int line, int column)
{
    public int Line { get; } = line;
    public int Column { get; } = column;

    /// <summary>Where it is written; a node used by aliases is written at its anchor.</summary>
    public YamlNode? Parent { get; private set; }

    private string _segment = "";

    /// <summary>Nodes from here down, aliases counted as if they were written out.</summary>
    public int Size { get; protected set; } = 1;

    /// <summary>Levels from here down.</summary>
    public int Height { get; protected set; } = 1;

    /// <summary><c>steps.load.needs[0]</c>.</summary>
    public string Path
    {
        get
        {
            var segments = new Stack<string>();
            for (var node = this; node is not null; node = node.Parent)
                segments.Push(node._segment);
            return string.Concat(segments).TrimStart('.');
        }
    }

    /// <summary>What a person calls it: <c>a list</c>.</summary>
    public abstract string Kind { get; }

    protected void Own(YamlNode child, string segment)
    {
        Size = (int)Math.Min(int.MaxValue, (long)Size + child.Size);
        Height = Math.Max(Height, child.Height + 1);
        if (child.Parent is not null)
            return;
        child.Parent = this;
        child._segment = segment;
    }
}

internal sealed class YamlScalar(string text, bool isPlain, int line, int column) : YamlNode(line, column)
{
    private Template? _template;

    public string Text { get; } = text;

    /// <summary>Written without quotes, so that it may be a number, a boolean or null.</summary>
    public bool IsPlain { get; } = isPlain;

    public bool IsNull => IsPlain && Text is "" or "~" or "null" or "Null" or "NULL";

    public override string Kind => IsNull ? "nothing" : "a single value";

    /// <summary>The text as a template, parsed once: a step of a matrix is read once an item.</summary>
    public Template Template => _template ??= Template.Parse(Text);

    /// <summary>The value that the text stands for.</summary>
    public Value Value => IsPlain ? Value.OfPlainText(Text) : Value.Of(Text);
}

internal sealed class YamlList(int line, int column) : YamlNode(line, column)
{
    private readonly List<YamlNode> _items = [];

    public IReadOnlyList<YamlNode> Items => _items;
    public override string Kind => "a list";

    public void Add(YamlNode item)
    {
        Own(item, $"[{_items.Count}]");
        _items.Add(item);
    }
}

internal sealed class YamlMap(int line, int column) : YamlNode(line, column)
{
    private readonly Dictionary<string, YamlEntry> _entries = new(StringComparer.Ordinal);
    private readonly List<YamlEntry> _order = [];

    public IReadOnlyList<YamlEntry> Entries => _order;
    public override string Kind => "a mapping";

    public YamlNode? Find(string key) => _entries.GetValueOrDefault(key)?.Value;

    /// <returns>False when the key is there already.</returns>
    public bool TryAdd(YamlScalar key, YamlNode value)
    {
        var entry = new YamlEntry(key, value);
        if (!_entries.TryAdd(key.Text, entry))
            return false;
        _order.Add(entry);
        Own(key, "." + key.Text);
        Own(value, "." + key.Text);
        return true;
    }
}

internal sealed record YamlEntry(YamlScalar Key, YamlNode Value)
{
    public string Name => Key.Text;
}
