using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Twinrunner.Runner.Workflows.Yaml;

/// <summary>
/// Reads a document into nodes with positions, within bounds: size, depth and count of nodes with every alias written
/// out, so that no file costs more than its length (a "YAML bomb" is a fault).
/// </summary>
internal sealed class YamlTree
{
    public const int MaxCharacters = 1024 * 1024;
    public const int MaxDepth = 32;
    public const int MaxNodes = 300_000;

    private readonly Parser _parser;
    private readonly FaultList _faults;
    private readonly Dictionary<string, YamlNode?> _anchors = new(StringComparer.Ordinal);
    private int _nodes;

    private YamlTree(string text, FaultList faults)
    {
        _parser = new Parser(new StringReader(text));
        _faults = faults;
    }

    /// <summary>The document's root, or null with the reason among the faults.</summary>
    public static YamlNode? Read(string text, FaultList faults)
    {
        if (text.Length > MaxCharacters)
        {
            faults.AddAt(1, 1, $"the file has {text.Length:N0} characters, {MaxCharacters:N0} are allowed");
            return null;
        }
        var tree = new YamlTree(text, faults);
        try
        {
            return tree.ReadDocument();
        }
        catch (YamlException broken)
        {
            var lines = text.Split('\n');
            var tab = Array.FindIndex(lines, l => l.AsSpan().TrimStart(' ').StartsWith('\t'));
            var (line, column) = PlaceOf(broken, lines, tab);
            faults.AddAt(
                line,
                column,
                "this is not YAML: " + Lower(broken.Message),
                tab >= 0 ? "indent with spaces, YAML doesn't take tabs" : null);
        }
        catch (LimitException)
        {
            // the fault is in the list
        }
        catch (Exception broken) when (broken is InvalidOperationException or ArgumentException or IndexOutOfRangeException
            or FormatException or OverflowException or NullReferenceException or InvalidCastException)
        {
            // YamlDotNet's scanner fails so on some malformed input, where it should have thrown a YamlException.
            faults.AddAt(Math.Max(1, tree.Line), 1, "this is not YAML: it can't be read from here on");
        }
        return null;
    }

    /// <summary>The later end of what YamlDotNet names, inside of the text.</summary>
    /// <param name="tab">The first line indented with a tab: its own place is not named.</param>
    private static (int Line, int Column) PlaceOf(YamlException broken, string[] lines, int tab)
    {
        var mark = broken.End.Index > broken.Start.Index ? broken.End : broken.Start;
        if (mark.Index == 0 && tab >= 0)
            return (tab + 1, 1);
        return mark.Line <= lines.Length
            ? (Math.Max(1, (int)mark.Line), Math.Max(1, (int)mark.Column))
            : (lines.Length, lines[^1].Length + 1);
    }

    private int Line => (int)(_parser.Current?.End.Line ?? 1);

    private YamlNode? ReadDocument()
    {
        _parser.Consume<StreamStart>();
        if (!_parser.TryConsume<DocumentStart>(out _))
        {
            _faults.AddAt(1, 1, "the file is empty", "start with 'steps:'");
            return null;
        }
        var root = ReadNode(1);
        _parser.Consume<DocumentEnd>();
        if (_parser.TryConsume<DocumentStart>(out var second))
        {
            _faults.AddAt((int)second.Start.Line, (int)second.Start.Column, "a second document starts here", "keep one workflow a file");
            return null;
        }
        return root;
    }

    private YamlNode ReadNode(int depth)
    {
        var current = _parser.Consume<ParsingEvent>();
        if (depth > MaxDepth)
            throw Limit(current, $"it is nested deeper than {MaxDepth} levels");
        if (++_nodes > MaxNodes)
            throw Limit(current, $"there are more than {MaxNodes:N0} values in the file");
        return current switch
        {
            Scalar scalar => ReadScalar(scalar),
            SequenceStart start => ReadList(start, depth),
            MappingStart start => ReadMap(start, depth),
            AnchorAlias alias => ReadAlias(alias, depth),
            _ => throw new YamlException(current.Start, current.End, "a value was expected"),
        };
    }

    private YamlScalar ReadScalar(Scalar scalar)
    {
        // A tag such as !!str makes a plain value text.
        var plain = scalar.Style == ScalarStyle.Plain && (scalar.Tag.IsEmpty || scalar.Tag.IsNonSpecific);
        var node = new YamlScalar(scalar.Value, plain, (int)scalar.Start.Line, (int)scalar.Start.Column);
        Keep(scalar, node);
        return node;
    }

    private YamlList ReadList(SequenceStart start, int depth)
    {
        Open(start);
        var list = new YamlList((int)start.Start.Line, (int)start.Start.Column);
        while (!_parser.TryConsume<SequenceEnd>(out _))
            list.Add(ReadNode(depth + 1));
        Keep(start, list);
        return list;
    }

    private YamlMap ReadMap(MappingStart start, int depth)
    {
        Open(start);
        var map = new YamlMap((int)start.Start.Line, (int)start.Start.Column);
        List<YamlNode>? merged = null;
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var keyNode = ReadNode(depth + 1);
            var value = ReadNode(depth + 1);
            if (keyNode is not YamlScalar key)
                _faults.Add(keyNode, $"a key is a single word, this is {keyNode.Kind}");
            else if (key is { Text: "<<", IsPlain: true })
                (merged ??= []).AddRange(value is YamlList list ? list.Items : [value]);
            else if (!map.TryAdd(key, value))
                _faults.Add(key, $"'{key.Text}' is here twice", "keep one of the two");
        }
        foreach (var source in merged ?? [])
            Merge(map, source);
        Keep(start, map);
        return map;
    }

    /// <summary>YAML's merge key: what the mapping has itself wins.</summary>
    private void Merge(YamlMap map, YamlNode source)
    {
        if (source is not YamlMap other)
        {
            _faults.Add(source, $"'<<' merges mappings, this is {source.Kind}");
            return;
        }
        Count(other.Size, other.Line, other.Column);
        foreach (var entry in other.Entries)
            map.TryAdd(entry.Key, entry.Value);
    }

    private YamlNode ReadAlias(AnchorAlias alias, int depth)
    {
        var name = alias.Value.Value;
        if (!_anchors.TryGetValue(name, out var node))
            throw Limit(alias, $"there is no anchor '&{name}' above '*{name}'");
        if (node is null)
            throw Limit(alias, $"'*{name}' stands inside of '&{name}' itself");
        Count(node.Size, (int)alias.Start.Line, (int)alias.Start.Column);
        if (depth + node.Height - 1 > MaxDepth)
            throw Limit(alias, $"with '*{name}' it is nested deeper than {MaxDepth} levels");
        return node;
    }

    private void Count(int nodes, int line, int column)
    {
        if (_nodes > MaxNodes - nodes)
        {
            _faults.AddAt(line, column, $"with its aliases written out, the file has more than {MaxNodes:N0} values");
            throw new LimitException();
        }
        _nodes += nodes;
    }

    private void Open(NodeEvent start)
    {
        if (!start.Anchor.IsEmpty)
            _anchors[start.Anchor.Value] = null;
    }

    private void Keep(NodeEvent start, YamlNode node)
    {
        if (!start.Anchor.IsEmpty)
            _anchors[start.Anchor.Value] = node;
    }

    private LimitException Limit(ParsingEvent at, string message)
    {
        _faults.AddAt((int)at.Start.Line, (int)at.Start.Column, message);
        return new LimitException();
    }

    private static string Lower(string message) =>
        (message.Length == 0 ? message : char.ToLowerInvariant(message[0]) + message[1..]).TrimEnd('.');

    /// <summary>Leaves the reading from any depth, its fault already told.</summary>
    private sealed class LimitException : Exception;
}
