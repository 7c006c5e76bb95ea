using System.Text;

namespace Twinrunner.Storage.Database.Sqlite;

/// <summary>
/// Turns filters and orders into SQL. Values are always parameters, and paths become SQL only through
/// <see cref="SqliteLayout.Value"/>, which checks them: nothing that a user sends becomes SQL.
/// </summary>
internal sealed class SqliteQuery
{
    private readonly StringBuilder _sql = new();
    private readonly List<object?> _parameters = [];
    private readonly SqliteLayout _layout;

    private SqliteQuery(SqliteLayout layout, string start, Filter filter)
    {
        _layout = layout;
        _sql.Append(start);
        if (filter is Filter.And { Filters.Count: 0 })
            return;
        _sql.Append(" WHERE ");
        Add(filter);
    }

    public static SqliteQuery Find(SqliteLayout layout, string collection, DocumentQuery query)
    {
        var select = new SqliteQuery(layout, $"SELECT id, revision, body FROM \"{collection}\"", query.Filter);
        select._sql.Append(" ORDER BY ").Append(layout.Order(query.Sort)).Append(" LIMIT ?");
        select._parameters.Add((long)query.Limit);
        return select;
    }

    public static SqliteQuery Count(SqliteLayout layout, string collection, Filter filter, long limit)
    {
        var select = new SqliteQuery(layout, $"SELECT count(*) FROM (SELECT 1 FROM \"{collection}\"", filter);
        select._sql.Append(" LIMIT ?)");
        select._parameters.Add(limit);
        return select;
    }

    public static SqliteQuery Delete(SqliteLayout layout, string collection, Filter filter) =>
        new(layout, $"DELETE FROM \"{collection}\"", filter);

    public SqliteStatement Prepare(SqliteConnection connection, string prefix = "")
    {
        return connection.Prepare(prefix + _sql).BindAll(_parameters);
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
                _sql.Append(_layout.Value(exists.Path)).Append(exists.Present ? " IS NOT NULL" : " IS NULL");
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
        var column = _layout.Value(path);
        var keys = values.Where(value => value.Value is not null).Select(value => SqliteKey.Of(path, value)).ToList();
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
        if (range.Value.Value is ObjectId && range.Path != "_id")
            throw new ArgumentException($"'{range.Path}' can't be in a range of ids: only _id can.");
        if (range.Value.Value is null)
        {
            _sql.Append('0');
            return;
        }
        var column = _layout.Value(range.Path);
        var key = SqliteKey.Of(range.Path, range.Value);
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
}
