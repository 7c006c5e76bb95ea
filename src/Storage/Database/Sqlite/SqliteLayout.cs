using System.Text.Json;

namespace Twinrunner.Storage.Database.Sqlite;

/// <summary>
/// The columns of a collection's table: id, revision and body, and one column of keys for each path that an index uses. The
/// keys are read from the document by the thread that brings it, so that the writer need not look into JSON: with indexes on
/// expressions over the body it would, for the old and the new document of each replacement.
/// </summary>
internal sealed class SqliteLayout
{
    private readonly HashSet<string> _paths;
    private readonly PathNode _root = new("");

    public SqliteLayout(string collection, IReadOnlyList<string> paths)
    {
        Paths = paths;
        _paths = [.. paths];
        for (var i = 0; i < paths.Count; i++)
            _root.Add(paths[i].Split('.'), i);
        var columns = paths.Select(Column).ToList();
        Insert = $"INSERT INTO \"{collection}\" (id, revision, body{string.Concat(columns.Select(column => ", " + column))}) VALUES (?, 1, ?{string.Concat(columns.Select(_ => ", ?"))})";
        Replace = $"UPDATE \"{collection}\" SET revision = revision + 1, body = ?{string.Concat(columns.Select(column => $", {column} = ?"))} WHERE id = ? AND revision = ?";
    }

    /// <summary>The paths that have a column, in the order of the columns.</summary>
    public IReadOnlyList<string> Paths { get; }

    /// <summary>Takes id, body and keys.</summary>
    public string Insert { get; }

    /// <summary>Takes body, keys, id and revision.</summary>
    public string Replace { get; }

    public static string Column(string path) => $"\"$.{path}\"";

    /// <summary>What a path is in SQL. It is checked letter by letter, because it is the only thing that comes from outside and becomes SQL.</summary>
    /// <exception cref="ArgumentException">The path holds something else than names of letters, digits and - _ / joined by dots.</exception>
    public string Value(string path) => path switch
    {
        "_id" => "id",
        "revision" => "revision",
        _ when _paths.Contains(path) => Column(path),
        _ => SqliteKey.Expression(DocumentPath.Check(path)),
    };

    /// <summary>The keys, ended by the id in the direction of the last key: also how an index is laid out.</summary>
    public string Order(IReadOnlyList<SortKey> keys)
    {
        var terms = keys.Select(key => Value(key.Path) + (key.Descending ? " DESC" : "")).ToList();
        if (keys.All(key => key.Path != "_id"))
            terms.Add(keys is [.., { Descending: true }] ? "id DESC" : "id");
        return string.Join(", ", terms);
    }

    /// <summary>The document's keys for the columns. It is read up to the last of them, which for a page of a log comes before its text.</summary>
    public object?[] ReadKeys(ReadOnlySpan<byte> json)
    {
        var keys = new Keys(Paths.Count);
        var reader = new Utf8JsonReader(json);
        if (keys.Missing > 0 && reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            _root.Read(ref reader, keys);
        return keys.Values;
    }

    private sealed class Keys(int count)
    {
        private readonly bool[] _found = new bool[count];

        public object?[] Values { get; } = new object?[count];
        public int Missing { get; private set; } = count;

        public void Set(int column, object? key)
        {
            Values[column] = key;
            if (!_found[column])
                Missing--;
            _found[column] = true;
        }
    }

    private sealed class PathNode(string name)
    {
        private readonly List<PathNode> _children = [];
        private int _column = -1;

        public void Add(ReadOnlySpan<string> path, int column)
        {
            if (path is [])
            {
                _column = column;
                return;
            }
            var first = path[0];
            if (_children.Find(child => child.Name == first) is not { } child)
                _children.Add(child = new(first));
            child.Add(path[1..], column);
        }

        /// <summary>Goes through the object that the reader stands at, to its end or until no key is missing.</summary>
        public void Read(ref Utf8JsonReader reader, Keys keys)
        {
            while (keys.Missing > 0 && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var child = Find(ref reader);
                reader.Read();
                if (child is { _column: >= 0 and var column })
                    keys.Set(column, SqliteKey.Of(reader));
                if (child is { _children.Count: > 0 } && reader.TokenType == JsonTokenType.StartObject)
                    child.Read(ref reader, keys);
                else
                    reader.Skip();
            }
        }

        private string Name => name;

        private PathNode? Find(ref Utf8JsonReader reader)
        {
            foreach (var child in _children)
            {
                if (reader.ValueTextEquals(child.Name))
                    return child;
            }
            return null;
        }
    }
}
