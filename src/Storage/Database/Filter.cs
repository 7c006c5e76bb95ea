namespace Twinrunner.Storage.Database;

/// <summary>A condition on documents. Paths are dotted field names (<c>lease.node</c>); arrays are not searched inside.</summary>
public abstract record Filter
{
    /// <summary>Matches every document.</summary>
    public static Filter All { get; } = new And([]);

    public static Filter Equal(string path, FilterValue value) => new Compare(path, Comparison.Equal, value);
    public static Filter Less(string path, FilterValue value) => new Compare(path, Comparison.Less, value);
    public static Filter LessOrEqual(string path, FilterValue value) => new Compare(path, Comparison.LessOrEqual, value);
    public static Filter Greater(string path, FilterValue value) => new Compare(path, Comparison.Greater, value);
    public static Filter GreaterOrEqual(string path, FilterValue value) => new Compare(path, Comparison.GreaterOrEqual, value);
    public static Filter OneOf(string path, params IReadOnlyList<FilterValue> values) => new In(path, values);
    public static Filter Has(string path) => new Exists(path, true);
    public static Filter Lacks(string path) => new Exists(path, false);
    public static Filter Every(params IReadOnlyList<Filter> filters) => new And(filters);
    public static Filter Any(params IReadOnlyList<Filter> filters) => new Or(filters);

    /// <summary>
    /// Field against value. An id equals the same id stored as a string of 24 digits, and the other way round (ODTP writes both).
    /// A missing field equals null. A range holds for values of the same kind only: nothing is less than null, and of ids
    /// there are ranges only over <c>_id</c>.
    /// </summary>
    public sealed record Compare(string Path, Comparison Comparison, FilterValue Value) : Filter;

    public sealed record In(string Path, IReadOnlyList<FilterValue> Values) : Filter;

    /// <summary>Present and not null, or the opposite.</summary>
    public sealed record Exists(string Path, bool Present) : Filter;

    /// <summary>All hold; an empty list always does.</summary>
    public sealed record And(IReadOnlyList<Filter> Filters) : Filter;

    /// <summary>At least one holds; an empty list never does.</summary>
    public sealed record Or(IReadOnlyList<Filter> Filters) : Filter;
}

public enum Comparison { Equal, Less, LessOrEqual, Greater, GreaterOrEqual }

/// <summary>A value in a filter: null, boolean, integer, double, text, id or time.</summary>
public readonly record struct FilterValue(object? Value)
{
    public static FilterValue Null => default;
    public static implicit operator FilterValue(bool value) => new(value);
    public static implicit operator FilterValue(long value) => new(value);
    public static implicit operator FilterValue(double value) => new(value);
    public static implicit operator FilterValue(string? value) => new(value);
    public static implicit operator FilterValue(ObjectId value) => new(value);
    public static implicit operator FilterValue(DateTimeOffset value) => new(value);
    public static FilterValue Of<TDocument>(Id<TDocument> id) => new(id.Value);
    public static FilterValue Of<TEnum>(TEnum value) where TEnum : struct, Enum => new(value.ToString());
}

/// <summary>What to find: filter, order, page. An order always ends in <c>_id</c>, ascending unless the last key is descending.</summary>
public sealed record DocumentQuery(Filter Filter)
{
    public IReadOnlyList<SortKey> Sort { get; init; } = [];

    /// <summary>At most this many documents.</summary>
    public int Limit { get; init; } = 100;
}

/// <summary>A path and a direction. Order of values: null and missing, numbers, text, booleans, times; text by UTF-8 bytes. Ids sort among themselves.</summary>
public readonly record struct SortKey(string Path, bool Descending = false)
{
    public static implicit operator SortKey(string path) => new(path);
}
