using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Storage.Database.Sqlite;

/// <summary>
/// Turns filters and orders into SQL. Values are always parameters and paths are checked letter by letter, so nothing that a
/// user sends becomes SQL. A path gives the same expression in filters, orders and indexes: that is how SQLite knows that an
/// index answers a query.
/// </summary>
/// <remarks>
/// The expression of a path gives one SQLite value per JSON value, such that SQLite's own order is the documented one: NULL
/// for null and missing, INTEGER or REAL, TEXT for text and for ids (their 24 digits, so that an id equals the same id
/// written as a string), then BLOBs that begin with a letter: A any object or array, B0 false, B1 true, D and the date's text.
/// </remarks>
internal sealed partial class SqliteQuery
{
    private readonly StringBuilder _sql = new();
    private readonly List<object?> _parameters = [];

    private SqliteQuery(string start) => _sql.Append(start);

    public static SqliteQuery Find(string collection, DocumentQuery query)
    {
        var select = new SqliteQuery($"SELECT id, revision, body FROM \"{collection}\"");
        select.Where(query.Filter);
        select._sql.Append(" ORDER BY ").Append(Order(query.Sort)).Append(" LIMIT ?");
        select._parameters.Add((long)query.Limit);
        return select;
    }

    public static SqliteQuery Count(string collection, Filter filter, long limit)
    {
        var select = new SqliteQuery($"SELECT count(*) FROM (SELECT 1 FROM \"{collection}\"");
        select.Where(filter);
        select._sql.Append(" LIMIT ?)");
        select._parameters.Add(limit);
        return select;
    }

    public static SqliteQuery Delete(string collection, Filter filter)
    {
        var delete = new SqliteQuery($"DELETE FROM \"{collection}\"");
        delete.Where(filter);
        return delete;
    }

    /// <summary>The keys, ended by the id in the direction of the last key: also how an index is laid out.</summary>
    public static string Order(IReadOnlyList<SortKey> keys)
    {
        var terms = keys.Select(key => Value(key.Path) + (key.Descending ? " DESC" : "")).ToList();
        if (keys.All(key => key.Path != "_id"))
            terms.Add(keys is [.., { Descending: true }] ? "id DESC" : "id");
        return string.Join(", ", terms);
    }

    /// <summary>The expression that a path stands for.</summary>
    /// <exception cref="ArgumentException">The path holds something else than names of letters, digits and - _ / joined by dots.</exception>
    public static string Value(string path)
    {
        if (path is "_id")
            return "id";
        if (path is "revision")
            return "revision";
        if (!PathPattern().IsMatch(path))
            throw new ArgumentException($"'{path}' is not a path: names of letters, digits, '-', '_' and '/', joined by dots.", nameof(path));
        var json = "$." + string.Join('.', path.Split('.').Select(name => $"\"{name}\""));
        return $"""
            CASE json_type(body, '{json}') WHEN 'object' THEN coalesce(body ->> '{json}."$oid"', CAST('D' || (body ->> '{json}."$date"') AS BLOB), x'41') WHEN 'array' THEN x'41' WHEN 'true' THEN x'4231' WHEN 'false' THEN x'4230' ELSE body ->> '{json}' END
            """;
    }

    public SqliteStatement Prepare(SqliteConnection connection, string prefix = "")
    {
        var statement = connection.Prepare(prefix + _sql);
        foreach (var parameter in _parameters)
            statement.Bind(parameter);
        return statement;
    }

    private void Where(Filter filter)
    {
        if (filter is Filter.And { Filters.Count: 0 })
            return;
        _sql.Append(" WHERE ");
        Add(filter);
    }

    private void Add(Filter filter)
    {
        switch (filter)
        {
            case Filter.Compare { Comparison: Comparison.Equal } equal:
                AddEqual(equal.Path, [equal.Value]);
                break;
            case Filter.Compare range:
                AddRange(range);
                break;
            case Filter.In anyOf:
                AddEqual(anyOf.Path, anyOf.Values);
                break;
            case Filter.Exists exists:
                _sql.Append(Value(exists.Path)).Append(exists.Present ? " IS NOT NULL" : " IS NULL");
                break;
            case Filter.And and:
                AddAll(and.Filters, " AND ", "1");
                break;
            case Filter.Or or:
                AddAll(or.Filters, " OR ", "0");
                break;
        }
    }

    private void AddAll(IReadOnlyList<Filter> filters, string joint, string whenEmpty)
    {
        if (filters.Count == 0)
            _sql.Append(whenEmpty);
        for (var i = 0; i < filters.Count; i++)
        {
            _sql.Append(i == 0 ? "(" : joint + "(");
            Add(filters[i]);
            _sql.Append(')');
        }
    }

    private void AddEqual(string path, IReadOnlyList<FilterValue> values)
    {
        var column = Value(path);
        var keys = values.Where(value => value.Value is not null).Select(value => Key(path, value)).ToList();
        var hasNull = values.Any(value => value.Value is null);
        if (keys.Count == 1)
            _sql.Append(column).Append(" = ?");
        else if (keys.Count > 0)
            _sql.Append(column).Append(" IN (").AppendJoin(", ", keys.Select(_ => "?")).Append(')');
        _parameters.AddRange(keys);
        if (hasNull)
            _sql.Append(keys.Count > 0 ? " OR " : "").Append(column).Append(" IS NULL");
        else if (keys.Count == 0)
            _sql.Append('0');
    }

    private void AddRange(Filter.Compare range)
    {
        if (range.Value.Value is null)
        {
            _sql.Append('0');
            return;
        }
        var column = Value(range.Path);
        var key = Key(range.Path, range.Value);
        var isUpper = range.Comparison is Comparison.Less or Comparison.LessOrEqual;
        var sign = range.Comparison switch
        {
            Comparison.Less => "<",
            Comparison.LessOrEqual => "<=",
            Comparison.Greater => ">",
            _ => ">=",
        };
        _sql.Append(column).Append(' ').Append(sign).Append(" ?");
        _parameters.Add(key);
        // A range stays among values of its own kind.
        var bound = range.Path is "_id" or "revision" ? null : (key, isUpper) switch
        {
            (long or double, true) => null,
            (long or double, false) => "< ''",
            (string, true) => ">= ''",
            (string, false) => "< x''",
            (byte[] bytes, true) => $">= x'{bytes[0]:X2}'",
            (byte[] bytes, false) => $"< x'{bytes[0] + 1:X2}'",
            _ => null,
        };
        if (bound is not null)
            _sql.Append(" AND ").Append(column).Append(' ').Append(bound);
    }

    private static object Key(string path, FilterValue value) => value.Value switch
    {
        ObjectId id when path == "_id" => IdKey(id),
        string text when path == "_id" && ObjectId.TryParse(text, out var id) => IdKey(id),
        ObjectId id => id.ToString(),
        bool boolean => boolean ? "B1"u8.ToArray() : "B0"u8.ToArray(),
        DateTimeOffset time => Encoding.ASCII.GetBytes('D' + time.UtcDateTime.ToString(DateJsonConverter.Format, CultureInfo.InvariantCulture)),
        { } other => other,
        null => throw new ArgumentException("Null has no key.", nameof(value)),
    };

    private static byte[] IdKey(ObjectId id)
    {
        var bytes = new byte[12];
        id.WriteBytes(bytes);
        return bytes;
    }

    [GeneratedRegex(@"\A[A-Za-z0-9_/-]+(\.[A-Za-z0-9_/-]+)*\z")]
    private static partial Regex PathPattern();
}
