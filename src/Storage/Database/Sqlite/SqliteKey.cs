using System.Globalization;
using System.Text;
using System.Text.Json;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Storage.Database.Sqlite;

/// <summary>
/// One SQLite value per JSON value, such that SQLite's own order is the documented one: NULL for null and missing, INTEGER
/// or REAL, TEXT for text and for ids (their 24 digits, so that an id equals the same id written as a string), then BLOBs
/// that begin with a letter: A any object or array, B0 false, B1 true, D and the date's text.
/// </summary>
internal static class SqliteKey
{
    private static readonly byte[] Compound = "A"u8.ToArray();
    private static readonly byte[] False = "B0"u8.ToArray();
    private static readonly byte[] True = "B1"u8.ToArray();

    /// <summary>The key of a value in a filter on that path.</summary>
    public static object? Of(string path, FilterValue value) => value.Value switch
    {
        ObjectId id when path == "_id" => Of(id),
        string text when path == "_id" && ObjectId.TryParse(text, out var id) => Of(id),
        ObjectId id => id.ToString(),
        bool boolean => boolean ? True : False,
        DateTimeOffset time => OfDate(time.UtcDateTime.ToString(DateJsonConverter.Format, CultureInfo.InvariantCulture)),
        var other => other,
    };

    /// <summary>The key of the value that the reader stands at.</summary>
    public static object? Of(Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return reader.GetString();
            case JsonTokenType.Number:
                return reader.TryGetInt64(out var integer) ? integer : reader.GetDouble();
            case JsonTokenType.True:
                return True;
            case JsonTokenType.False:
                return False;
            case JsonTokenType.StartObject:
                reader.Read();
                if (reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("$oid"u8) && reader.Read())
                    return reader.GetString();
                if (reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("$date"u8) && reader.Read() && reader.TokenType == JsonTokenType.String)
                    return OfDate(reader.GetString()!);
                return Compound;
            case JsonTokenType.StartArray:
                return Compound;
            default:
                return null;
        }
    }

    /// <summary>The same in SQL, for paths without a column.</summary>
    public static string Expression(string path)
    {
        var json = "$." + string.Join('.', path.Split('.').Select(name => $"\"{name}\""));
        return $"""
            CASE json_type(body, '{json}') WHEN 'object' THEN coalesce(body ->> '{json}."$oid"', CAST('D' || (body ->> '{json}."$date"') AS BLOB), x'41') WHEN 'array' THEN x'41' WHEN 'true' THEN x'4231' WHEN 'false' THEN x'4230' ELSE body ->> '{json}' END
            """;
    }

    private static byte[] Of(ObjectId id)
    {
        var bytes = new byte[12];
        id.WriteBytes(bytes);
        return bytes;
    }

    private static byte[] OfDate(string text) => Encoding.UTF8.GetBytes("D" + text);
}
