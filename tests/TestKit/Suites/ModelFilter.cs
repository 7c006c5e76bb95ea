using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Twinrunner.Storage;
using Twinrunner.Storage.Database;

namespace Twinrunner.TestKit.Suites;

/// <summary>Filters as their documentation says what they mean, evaluated on a JSON document.</summary>
internal static class ModelFilter
{
    private static readonly FilterValue[] Values =
    [
        FilterValue.Null, 0, 1, 1.0, -2.5, 9007199254740993, "", "a", "b'--", "é", "true", "1", "D2026", true, false,
        new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 1, 2, 1, 0, 0, TimeSpan.FromHours(1)),
    ];

    private static readonly FilterValue[] References =
        [FilterValue.Null, ObjectId.Parse("65a1b2c3d4e5f60718293a4b"), "65a1b2c3d4e5f60718293a4b", ObjectId.Parse("65a1b2c3d4e5f60718293a4d"), "none"];

    public static IReadOnlyList<Filter> Sample(int count) => [.. Filters(2).Sample(count)];

    public static bool Matches(Filter filter, JsonElement document) => filter switch
    {
        Filter.And and => and.Filters.All(part => Matches(part, document)),
        Filter.Or or => or.Filters.Any(part => Matches(part, document)),
        Filter.Exists exists => exists.Present == (At(document, exists.Path) is not null),
        Filter.In anyOf => anyOf.Values.Any(value => Equal(At(document, anyOf.Path), value.Value)),
        Filter.Compare { Comparison: Comparison.Equal } equal => Equal(At(document, equal.Path), equal.Value.Value),
        Filter.Compare range => IsIn(range.Comparison, At(document, range.Path), range.Value.Value),
        _ => throw new ArgumentException($"What is a {filter.GetType()}?", nameof(filter)),
    };

    public static string Describe(Filter filter) => filter switch
    {
        Filter.And and => $"({string.Join(" and ", and.Filters.Select(Describe))})",
        Filter.Or or => $"({string.Join(" or ", or.Filters.Select(Describe))})",
        Filter.In anyOf => $"{anyOf.Path} in [{string.Join(", ", anyOf.Values)}]",
        _ => filter.ToString(),
    };

    private static Gen<Filter> Filters(int depth)
    {
        var path = Gen.Elements("v", "w.x");
        var equal = from p in path from value in Gen.Elements(Values) select Filter.Equal(p, value);
        var reference = from value in Gen.Elements(References) select Filter.Equal("ref", value);
        var range = from p in path
                    from value in Gen.Elements(Values)
                    from sign in Gen.Elements(Comparison.Less, Comparison.LessOrEqual, Comparison.Greater, Comparison.GreaterOrEqual)
                    select (Filter)new Filter.Compare(p, sign, value);
        var oneOf = from p in path from values in Gen.Elements(Values).ListOf() select Filter.OneOf(p, [.. values]);
        var oneOfReferences = from values in Gen.Elements(References).ListOf() select Filter.OneOf("ref", [.. values]);
        var exists = from p in Gen.Elements(ModelDocument.Paths) from present in Gen.Elements(true, false) select (Filter)new Filter.Exists(p, present);
        var leaf = Gen.OneOf(equal, reference, range, oneOf, oneOfReferences, exists);
        if (depth == 0)
            return leaf;
        var parts = Filters(depth - 1).ListOf().Select(list => list.Take(3).ToList());
        return Gen.OneOf(leaf, parts.Select(list => Filter.Every(list)), parts.Select(list => Filter.Any(list)));
    }

    /// <summary>The value at a path: null, a boolean, a number, text, a time, or the JSON of something else.</summary>
    private static object? At(JsonElement document, string path)
    {
        foreach (var name in path.Split('.'))
        {
            if (document.ValueKind != JsonValueKind.Object || !document.TryGetProperty(name, out document))
                return null;
        }
        return document.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Number => document.GetDecimal(),
            JsonValueKind.String => document.GetString(),
            JsonValueKind.Object when document.TryGetProperty("$oid", out var id) => id.GetString(),
            JsonValueKind.Object when document.TryGetProperty("$date", out var date) => date.GetDateTimeOffset(),
            _ => document,
        };
    }

    private static object? Plain(object? value) => value switch
    {
        ObjectId id => id.ToString(),
        long number => (decimal)number,
        double number => (decimal)number,
        _ => value,
    };

    private static bool Equal(object? stored, object? wanted) => Equals(stored, Plain(wanted));

    private static bool IsIn(Comparison comparison, object? stored, object? limit)
    {
        int? order = (stored, Plain(limit)) switch
        {
            (decimal left, decimal right) => left.CompareTo(right),
            (string left, string right) => string.CompareOrdinal(left, right),
            (bool left, bool right) => left.CompareTo(right),
            (DateTimeOffset left, DateTimeOffset right) => left.CompareTo(right),
            _ => null,
        };
        return comparison switch
        {
            Comparison.Less => order < 0,
            Comparison.LessOrEqual => order <= 0,
            Comparison.Greater => order > 0,
            _ => order >= 0,
        };
    }
}
