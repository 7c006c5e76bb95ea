using Twinrunner.Runner.Workflows.Yaml;

namespace Twinrunner.Runner.Workflows.Reading;

/// <summary>A mapping read by the keys of its section; keys that it doesn't have come from the defaults.</summary>
internal sealed class SectionReader(YamlMap map, Section section, SectionReader? defaults = null)
{
    public YamlMap Map => map;

    /// <summary>The value of a key; one that is there without a value counts as not there.</summary>
    public YamlNode? Find(string key)
    {
        if (!section.Has(key))
            throw new ArgumentException($"'{key}' is not in the table of {section.Name}", nameof(key));
        return map.Find(key) is { } own ? (own is YamlScalar { IsNull: true } ? null : own) : Default(key);
    }

    private YamlNode? Default(string key) => defaults is not null && defaults.Knows(key) ? defaults.Find(key) : null;

    private bool Knows(string key) => section.Has(key);

    /// <summary>A mapping below, its own keys over those of the defaults.</summary>
    public SectionReader? Below(string key, Section below, ValueReader values)
    {
        var other = defaults is not null && defaults.Knows(key) ? values.Map(defaults.Find(key)) : null;
        var own = values.Map(map.Find(key));
        if (own is null && other is null)
            return null;
        var fallback = other is null ? null : new SectionReader(other, below).Check(values.Faults);
        return own is null ? fallback : new SectionReader(own, below, fallback).Check(values.Faults);
    }

    /// <summary>Pairs of names and values, its own over those of the defaults.</summary>
    public IEnumerable<YamlEntry> Pairs(string key, ValueReader values)
    {
        var own = values.Map(map.Find(key));
        foreach (var entry in own?.Entries ?? [])
            yield return entry;
        if (defaults is null || !defaults.Knows(key))
            yield break;
        foreach (var entry in values.Map(defaults.Find(key))?.Entries ?? [])
        {
            if (own?.Find(entry.Name) is null)
                yield return entry;
        }
    }

    /// <summary>Unknown keys, and required ones that are missing.</summary>
    public SectionReader Check(FaultList faults)
    {
        foreach (var entry in map.Entries)
        {
            if (!section.Has(entry.Name))
                faults.Add(entry.Key, $"{section.Description} has no '{entry.Name}'", section.HintFor(entry.Name));
        }
        foreach (var key in section.Keys)
        {
            if (key.Required && map.Find(key.Name) is null)
                faults.Add(map, $"{section.Description} needs '{key.Name}'", key.Description.TrimEnd('.'));
        }
        return this;
    }
}
