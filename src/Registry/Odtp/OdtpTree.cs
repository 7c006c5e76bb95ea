using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Twinrunner.Registry.Odtp;

/// <summary>
/// Builds nodes from the parser's events. YamlDotNet's own tree is not used: it follows any depth on the stack and hides
/// what aliases cost, and repositories are untrusted.
/// </summary>
internal sealed class OdtpTree
{
    /// <summary>Real files nest six levels deep.</summary>
    private const int MaxDepth = 32;

    /// <summary>Nodes and characters with every alias written out.</summary>
    private const long MaxWeight = 1 << 20;

    private readonly Parser _parser;
    private readonly OdtpFaults _faults;
    private readonly Dictionary<string, OdtpNode> _anchors = new(StringComparer.Ordinal);
    private long _weight;

    private OdtpTree(string text, OdtpFaults faults)
    {
        _parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
        _faults = faults;
    }

    /// <summary>The first document's root; null when there is none or, with an error among the faults, when it can't be read.</summary>
    public static OdtpNode? Read(string text, OdtpFaults faults)
    {
        var tree = new OdtpTree(text, faults);
        try
        {
            return tree.ReadDocument();
        }
        catch (UnreadableException exception)
        {
            faults.Error(exception.Line, exception.Column, exception.Message);
            return null;
        }
    }

    private OdtpNode? ReadDocument()
    {
        var next = Next();
        while (next is StreamStart or DocumentStart)
            next = Next();
        if (next is StreamEnd)
            return null;
        var root = ReadNode(next, depth: 0);
        Next();
        if (Next() is DocumentStart further)
            _faults.Warn(At(further), "Only the first document is read; what follows '---' is ignored.");
        return root;
    }

    private OdtpNode ReadNode(ParsingEvent start, int depth)
    {
        var (line, column) = Place(start);
        if (depth > MaxDepth)
            throw new UnreadableException(line, column, $"Values are nested deeper than {MaxDepth} levels.");
        var node = start switch
        {
            AnchorAlias alias => Resolve(alias),
            Scalar scalar => Count(ToScalar(scalar)),
            SequenceStart => ReadSequence(new(line, column), depth),
            MappingStart => ReadMapping(new(line, column), depth),
            _ => throw new UnreadableException(line, column, "A value was expected here."),
        };
        if (start is NodeEvent { Anchor.IsEmpty: false } named && start is not AnchorAlias)
            _anchors[named.Anchor.Value] = node;
        return node;
    }

    private OdtpSequence ReadSequence(OdtpSequence sequence, int depth)
    {
        for (var next = Next(); next is not SequenceEnd; next = Next())
            sequence.Add(ReadNode(next, depth + 1));
        return Count(sequence, 1);
    }

    private OdtpMapping ReadMapping(OdtpMapping mapping, int depth)
    {
        List<OdtpNode> merged = [];
        for (var next = Next(); next is not MappingEnd; next = Next())
        {
            var key = ReadNode(next, depth + 1);
            var value = ReadNode(Next(), depth + 1);
            if (key is not OdtpScalar scalar)
                _faults.Warn(key, "A key that is a list or a mapping is ignored.");
            else if (scalar is { IsPlain: true, Text: "<<" })
                merged.Add(value);
            else if (!mapping.Set(scalar, value))
                _faults.Warn(scalar, $"'{Shorten(scalar.Text)}' is here twice; the later value counts.");
        }
        foreach (var source in merged.SelectMany(value => value is OdtpSequence list ? list.Items : [value]))
            if (source is OdtpMapping other)
                mapping.Merge(other);
        return Count(mapping, 1);
    }

    private OdtpNode Resolve(AnchorAlias alias)
    {
        var (line, column) = Place(alias);
        if (!_anchors.TryGetValue(alias.Value.Value, out var node))
        {
            _faults.Warn(At(alias), $"'*{Shorten(alias.Value.Value)}' names no anchor above it; it is read as null.");
            return Count(new OdtpScalar("", isPlain: true, line, column));
        }
        return Count(node);
    }

    private T Count<T>(T node) where T : OdtpNode => Count(node, node.Weight);

    private T Count<T>(T node, long weight) where T : OdtpNode
    {
        _weight += weight;
        if (_weight > MaxWeight)
            throw new UnreadableException(node.Line, node.Column, "The file is too big once its aliases are written out.");
        return node;
    }

    private ParsingEvent Next()
    {
        try
        {
            if (_parser.MoveNext() && _parser.Current is { } current)
                return current;
        }
        catch (YamlException exception)
        {
            throw new UnreadableException((int)exception.Start.Line, (int)exception.Start.Column, $"This is not YAML: {Sentence(exception.Message)}");
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException or FormatException or OverflowException or IndexOutOfRangeException)
        {
            // The scanner lets a few of these out for malformed escapes and directives.
            throw new UnreadableException(0, 0, $"This is not YAML: {Sentence(exception.Message)}");
        }
        throw new UnreadableException(0, 0, "The file ends in the middle of a value.");
    }

    private static OdtpScalar ToScalar(Scalar scalar)
    {
        var (line, column) = Place(scalar);
        var isText = scalar.Style is not (ScalarStyle.Plain or ScalarStyle.Any) || scalar.Tag == "tag:yaml.org,2002:str";
        return new(Clean(scalar.Value), isPlain: !isText, line, column);
    }

    /// <summary>Escapes can make NUL and half surrogates, which neither an environment nor JSON can hold.</summary>
    private static string Clean(string text)
    {
        if (!text.AsSpan().ContainsAny('\0', '\uFFFD') && !text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
            return text;
        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace("\0", "", StringComparison.Ordinal);
    }

    private static OdtpScalar At(ParsingEvent place)
    {
        var (line, column) = Place(place);
        return new("", isPlain: true, line, column);
    }

    private static (int Line, int Column) Place(ParsingEvent place) => ((int)place.Start.Line, (int)place.Start.Column);

    private static string Shorten(string text) => text.Length <= 60 ? text : text[..60] + "…";

    private static string Sentence(string message)
    {
        message = Shorten(message.ReplaceLineEndings(" "));
        return message.EndsWith('.') ? message : message + ".";
    }

    private sealed class UnreadableException(int line, int column, string message) : Exception(message)
    {
        public int Line { get; } = line;
        public int Column { get; } = column;
    }
}
