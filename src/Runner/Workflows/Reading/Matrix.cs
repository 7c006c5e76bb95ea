using System.Globalization;
using Twinrunner.Runner.Workflows.Expressions;
using Twinrunner.Runner.Workflows.Yaml;

namespace Twinrunner.Runner.Workflows.Reading;

/// <summary>The items of a step's matrix: all combinations of its variables, the last one turning fastest, without the excluded, and those included.</summary>
/// <param name="Items">Each with its values in the order of the variables.</param>
internal sealed record Matrix(IReadOnlyList<string> Variables, IReadOnlyList<IReadOnlyList<Value>> Items)
{
    public const int MaxExcluded = 256;

    /// <summary>Names of the variables, which are plain to see before any value is known.</summary>
    public static IReadOnlyList<string> VariablesOf(YamlNode? node)
    {
        if (node is not YamlMap map)
            return [];
        var own = map.Entries.Select(e => e.Name).Where(n => n is not ("include" or "exclude")).ToList();
        return own.Count > 0 || map.Find("include") is not YamlList { Items: [YamlMap first, ..] } ? own : [.. first.Entries.Select(e => e.Name)];
    }

    /// <summary>Null: not known yet, or a fault was told.</summary>
    public static Matrix? Read(YamlNode node, ValueReader values, int limit)
    {
        if (values.Map(node) is not { } map)
            return null;
        var variables = VariablesOf(map);
        var before = values.Faults.Errors;
        foreach (var entry in map.Entries.Where(e => e.Name is not ("include" or "exclude") && !IsName(e.Name)))
            values.Faults.Add(entry.Key, $"'{entry.Name}' can't be the name of a variable", "letters, digits, '_' and '-', with a letter first");
        var ranges = map.Entries.Where(e => e.Name is not ("include" or "exclude")).Select(e => ReadValues(e, values, limit)).ToList();
        var excluded = ReadRows(map.Find("exclude"), variables, values, whole: false);
        var included = ReadRows(map.Find("include"), variables, values, whole: true);
        if (excluded.Count > MaxExcluded)
            values.Faults.Add(map.Find("exclude")!, $"a matrix excludes at most {MaxExcluded} combinations");
        if (variables.Count == 0 && values.Faults.Errors == before)
            values.Faults.Add(map, "the matrix has no variables", "matrix: {city: [Zurich, Bern]}");
        if (values.Faults.Errors > before || ranges.Contains(null))
            return null;

        var count = ranges.Count == 0 ? 0 : ranges.Aggregate(1.0, (product, range) => product * range!.Count);
        if (count + included.Count > limit)
        {
            values.Faults.Add(map, $"the matrix has {count + included.Count:N0} items, {limit:N0} are allowed");
            return null;
        }
        var items = Combine(ranges, (int)count).Where(item => !excluded.Exists(row => Fits(row, item))).Concat(included.Select(r => (IReadOnlyList<Value>)r!)).ToList();
        if (items.Count > 0)
            return new(variables, items);
        values.Faults.Add(map, "the matrix has no items, so the step would never run");
        return null;
    }

    private static IEnumerable<IReadOnlyList<Value>> Combine(List<IReadOnlyList<Value>?> ranges, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var item = new Value[ranges.Count];
            var rest = i;
            for (var v = ranges.Count - 1; v >= 0; v--)
            {
                var range = ranges[v]!;
                item[v] = range[rest % range.Count];
                rest /= range.Count;
            }
            yield return item;
        }
    }

    private static bool Fits(Value?[] row, IReadOnlyList<Value> item)
    {
        for (var i = 0; i < row.Length; i++)
        {
            if (row[i] is { } wanted && Value.Compare(wanted, item[i]) != 0)
                return false;
        }
        return true;
    }

    private static IReadOnlyList<Value>? ReadValues(YamlEntry entry, ValueReader values, int limit)
    {
        switch (entry.Value)
        {
            case YamlList list:
                var items = list.Items.Select(values.Final).ToList();
                return items.Contains(null) ? null : items.OfType<Value>().ToList();
            case YamlMap map:
                return ReadRange(map, values, limit);
            default:
                if (values.Final(entry.Value) is not { } value)
                    return null;
                if (value.Kind == ValueKind.List)
                    return value.Items;
                values.Faults.Add(entry.Value, $"'{entry.Name}' is not a list", $"write {entry.Name}: [{value.Text}]");
                return null;
        }
    }

    private static List<Value>? ReadRange(YamlMap map, ValueReader values, int limit)
    {
        var range = new SectionReader(map, Sections.Range).Check(values.Faults);
        if (values.Integer(range.Find("from")) is not { } from || values.Integer(range.Find("to")) is not { } to)
            return null;
        var by = range.Find("by") is { } written ? values.Integer(written) : 1;
        if (by is not { } increment)
            return null;
        var count = increment == 0 ? -1 : ((long)to - from) / increment + 1;
        if (count < 1 || (increment > 0) != (to >= from) && to != from)
            values.Faults.Add(map, $"no number is between {from} and {to} in increments of {increment}");
        else if (count > limit)
            values.Faults.Add(map, $"the range has {count.ToString("N0", CultureInfo.InvariantCulture)} numbers, {limit:N0} are allowed");
        else
            return [.. Enumerable.Range(0, (int)count).Select(i => Value.Of(from + i * increment))];
        return null;
    }

    /// <summary>Rows of <c>include</c> and <c>exclude</c>, in the order of the variables; null where a row doesn't name one.</summary>
    private static List<Value?[]> ReadRows(YamlNode? node, IReadOnlyList<string> variables, ValueReader values, bool whole)
    {
        var rows = new List<Value?[]>();
        foreach (var item in values.Items(node) ?? [])
        {
            if (values.Map(item) is not { } map)
                continue;
            foreach (var entry in map.Entries.Where(e => !variables.Contains(e.Name)))
                values.Faults.Add(entry.Key, $"the matrix has no variable '{entry.Name}'", Suggestion.Hint(entry.Name, variables.ToList()));
            var missing = variables.Where(v => map.Find(v) is null).ToList();
            if (whole && missing.Count > 0)
                values.Faults.Add(map, $"an included item needs every variable, here is no '{missing[0]}'");
            rows.Add([.. variables.Select(v => values.Final(map.Find(v)))]);
        }
        return rows;
    }

    private static bool IsName(string name) =>
        name.Length is > 0 and <= 64 && char.IsAsciiLetter(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
}
