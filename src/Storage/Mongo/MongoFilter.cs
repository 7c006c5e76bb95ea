using Twinrunner.Storage.Database;
using Twinrunner.Storage.Mongo.Bson;

namespace Twinrunner.Storage.Mongo;

/// <summary>
/// Turns filters and orders into MongoDB's. MongoDB looks into arrays where our filters do not, tells ids from their digits, and
/// takes some null for smaller than others; what follows from that is added to each condition.
/// </summary>
internal static class MongoFilter
{
    public static byte[] Of(Filter filter) => BsonWriter.Document(bson => Write(bson, filter));

    /// <summary>The document of that id, in that revision.</summary>
    public static byte[] OfRevision(ObjectId id, long revision) => BsonWriter.Document(bson =>
    {
        bson.Field("_id", id);
        if (revision == 0)
            bson.Null("revision"); // as ODTP wrote it
        else
            bson.Field("revision", revision);
    });

    /// <summary>The keys, ended by the id in the direction of the last key: also how an index is laid out.</summary>
    public static byte[] Order(IReadOnlyList<SortKey> keys) => BsonWriter.Document(bson =>
    {
        foreach (var key in keys)
            bson.Field(DocumentPath.Check(key.Path), key.Descending ? -1 : 1);
        if (keys.All(key => key.Path != "_id"))
            bson.Field("_id", keys is [.., { Descending: true }] ? -1 : 1);
    });

    private static void Write(BsonWriter bson, Filter filter)
    {
        switch (filter)
        {
            case Filter.Compare { Comparison: Comparison.Equal } equal:
                WriteEqual(bson, equal.Path, [equal.Value]);
                break;
            case Filter.Compare range:
                WriteRange(bson, range);
                break;
            case Filter.In anyOf:
                WriteEqual(bson, anyOf.Path, anyOf.Values);
                break;
            case Filter.Exists { Present: true } exists:
                WriteAll(bson, "$nor", [Filter.Lacks(exists.Path)]);
                break;
            case Filter.Exists exists:
                WriteEqual(bson, exists.Path, [FilterValue.Null]);
                break;
            case Filter.And { Filters.Count: 0 }:
                break;
            case Filter.And and:
                WriteAll(bson, "$and", and.Filters);
                break;
            case Filter.Or { Filters.Count: 0 }:
                WriteNever(bson);
                break;
            case Filter.Or or:
                WriteAll(bson, "$or", or.Filters);
                break;
        }
    }

    private static void WriteAll(BsonWriter bson, string name, IReadOnlyList<Filter> filters)
    {
        var array = bson.BeginArray(System.Text.Encoding.UTF8.GetBytes(name));
        for (var i = 0; i < filters.Count; i++)
        {
            var item = bson.BeginItem(i);
            Write(bson, filters[i]);
            bson.End(item);
        }
        bson.End(array);
    }

    private static void WriteEqual(BsonWriter bson, string path, IReadOnlyList<FilterValue> values)
    {
        DocumentPath.Check(path);
        // A path through a list leads to nothing, which equals null, but which MongoDB would look into.
        if (path.Contains('.') && values.Any(value => value.Value is null))
        {
            var either = bson.BeginArray("$or"u8);
            var found = bson.BeginItem(0);
            WriteOneOf(bson, path, values);
            bson.End(found);
            var i = 1;
            foreach (var parent in Parents(path))
            {
                var item = bson.BeginItem(i++);
                WriteIsArray(bson, parent);
                bson.End(item);
            }
            bson.End(either);
            return;
        }
        WriteOneOf(bson, path, values);
        WriteNoArrays(bson, path);
    }

    private static void WriteOneOf(BsonWriter bson, string path, IReadOnlyList<FilterValue> values)
    {
        var condition = bson.BeginDocument(path);
        if (values is [var single] && Spellings(path, single) is [var only])
        {
            WriteValue(bson, "$eq", only);
        }
        else
        {
            var array = bson.BeginArray("$in"u8);
            var i = 0;
            foreach (var value in values.SelectMany(value => Spellings(path, value)))
                WriteValue(bson, (i++).ToString(), value);
            bson.End(array);
        }
        if (path != "_id")
            WriteNotArray(bson);
        bson.End(condition);
    }

    private static void WriteRange(BsonWriter bson, Filter.Compare range)
    {
        var path = DocumentPath.Check(range.Path);
        if (range.Value.Value is ObjectId && path != "_id")
            throw new ArgumentException($"'{path}' can't be in a range of ids: only _id can.");
        if (range.Value.Value is null)
        {
            WriteNever(bson);
            return;
        }
        var condition = bson.BeginDocument(path);
        var sign = range.Comparison switch
        {
            Comparison.Less => "$lt",
            Comparison.LessOrEqual => "$lte",
            Comparison.Greater => "$gt",
            _ => "$gte",
        };
        WriteValue(bson, sign, Spellings(path, range.Value)[0]);
        if (path != "_id")
            WriteNotArray(bson);
        bson.End(condition);
        WriteNoArrays(bson, path);
    }

    /// <summary>No part of the path that leads to the field is a list.</summary>
    private static void WriteNoArrays(BsonWriter bson, string path)
    {
        foreach (var parent in Parents(path))
        {
            var condition = bson.BeginDocument(parent);
            WriteNotArray(bson);
            bson.End(condition);
        }
    }

    private static void WriteNotArray(BsonWriter bson)
    {
        var not = bson.BeginDocument("$not"u8);
        bson.Field("$type", "array");
        bson.End(not);
    }

    private static void WriteIsArray(BsonWriter bson, string path)
    {
        var condition = bson.BeginDocument(path);
        bson.Field("$type", "array");
        bson.End(condition);
    }

    private static void WriteNever(BsonWriter bson)
    {
        var condition = bson.BeginDocument("_id"u8);
        bson.End(bson.BeginArray("$in"u8));
        bson.End(condition);
    }

    private static IEnumerable<string> Parents(string path)
    {
        for (var dot = path.IndexOf('.'); dot >= 0; dot = path.IndexOf('.', dot + 1))
            yield return path[..dot];
    }

    /// <summary>The values that equal it: an id and its digits are the same.</summary>
    private static IReadOnlyList<object?> Spellings(string path, FilterValue value) => value.Value switch
    {
        ObjectId id when path == "_id" => [id],
        string text when path == "_id" && ObjectId.TryParse(text, out var id) => [id],
        ObjectId id => [id, id.ToString()],
        string text when ObjectId.TryParse(text, out var id) && id.ToString() == text => [text, id],
        var other => [other],
    };

    private static void WriteValue(BsonWriter bson, string name, object? value)
    {
        switch (value)
        {
            case null:
                bson.Null(name);
                break;
            case bool boolean:
                bson.Field(name, boolean);
                break;
            case long number:
                bson.Field(name, number);
                break;
            case double number:
                bson.Element(BsonType.Double, name);
                bson.Double(number);
                break;
            case string text:
                bson.Field(name, text);
                break;
            case ObjectId id:
                bson.Field(name, id);
                break;
            case DateTimeOffset time:
                bson.Field(name, time);
                break;
        }
    }
}
