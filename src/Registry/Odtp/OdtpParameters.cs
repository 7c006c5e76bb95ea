using System.Globalization;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Registry.Odtp;

/// <summary><c>parameters</c>: a list of mappings, or a mapping of names to defaults.</summary>
internal static class OdtpParameters
{
    public static IReadOnlyList<ParameterSpec> Read(OdtpNode? section, OdtpFaults faults)
    {
        List<ParameterSpec> parameters = [];
        foreach (var (key, value) in OdtpList.Entries(section, "name", "default-value"))
        {
            if (ReadOne(key, value, faults) is not { } parameter)
                continue;
            if (parameters.RemoveAll(other => other.Name == parameter.Name) > 0)
                faults.Warn(value, $"The parameter '{parameter.Name}' is here twice; the later one counts.");
            parameters.Add(parameter);
        }
        return parameters;
    }

    private static ParameterSpec? ReadOne(string? key, OdtpNode value, OdtpFaults faults)
    {
        var mapping = value as OdtpMapping;
        var name = key ?? OdtpList.Text(mapping is null ? value : mapping.Find("name", "parameter-name"));
        if (!EnvironmentName.IsPossible(name))
        {
            faults.Warn(value, "A parameter needs a name that an environment variable can have; it is ignored.");
            return null;
        }
        if (!EnvironmentName.IsReadableInShell(name))
            faults.Warn(value, $"The parameter name '{name}' can't be read in a shell script; use letters, digits and '_'.");
        if (mapping is null)
            return Bare(name, key is null ? null : value, faults);

        var type = ReadType(mapping, name, faults);
        var defaultValue = mapping.Find("default-value", "default", "value");
        var (minimum, maximum) = ReadBounds(mapping.Find("parameter-bounds", "bounds"), type, faults);
        var spec = new ParameterSpec(
            name,
            type,
            ReadDefault(defaultValue, faults),
            HasNullDefault: defaultValue is OdtpScalar { IsNull: true },
            OdtpList.Text(mapping.Find("description", "parameter-description")),
            ReadOptions(mapping.Find("options"), faults),
            mapping.Find("allow-custom-value") is OdtpScalar { AsBoolean: true },
            minimum,
            maximum);
        CheckDefault(spec, defaultValue, faults);
        return spec;
    }

    /// <summary>Only a name in a list, or a name with its default in a mapping.</summary>
    private static ParameterSpec Bare(string name, OdtpNode? value, OdtpFaults faults) =>
        new(name, "string", ReadDefault(value, faults), value is OdtpScalar { IsNull: true }, null, [], false, null, null);

    private static string ReadType(OdtpMapping mapping, string name, OdtpFaults faults)
    {
        var node = mapping.Find("datatype", "data-type", "type");
        var text = OdtpList.Text(node);
        switch (text?.ToLowerInvariant())
        {
            case "str" or "string" or "text":
                return "string";
            case "int" or "integer" or "long":
                return "integer";
            case "float" or "number" or "double" or "decimal":
                return "number";
            case "bool" or "boolean":
                return "boolean";
            case null:
                faults.Warn(node ?? mapping, $"The parameter '{name}' has no datatype; it is taken as string.");
                return "string";
            default:
                faults.Warn(node!, $"The datatype '{OdtpSections.Shorten(text)}' is not known; it is taken as string. Write str, int, float or bool.");
                return "string";
        }
    }

    private static string? ReadDefault(OdtpNode? node, OdtpFaults faults)
    {
        if (node is null or OdtpScalar { IsNull: true })
            return null;
        if (node is OdtpScalar scalar)
            return scalar.AsEnvironmentText;
        faults.Warn(node, "A default value that is a list or a mapping is passed as JSON.");
        return OdtpJson.From(node)?.GetRawText();
    }

    private static List<string> ReadOptions(OdtpNode? node, OdtpFaults faults)
    {
        List<string> options = [];
        foreach (var (name, value) in OdtpList.Entries(node))
        {
            if (name is not null)
                options.Add(name);
            else if (value is OdtpScalar scalar)
                options.Add(scalar.AsEnvironmentText);
            else
                faults.Warn(value, "An option must be a single value; it is ignored.");
        }
        return options;
    }

    private static (double? Minimum, double? Maximum) ReadBounds(OdtpNode? node, string type, OdtpFaults faults)
    {
        if (node is null or { IsEmpty: true })
            return default;
        var (low, high, isPair) = node switch
        {
            OdtpSequence { Items: [var first, var second] } => (first, second, true),
            OdtpMapping mapping => (mapping.Find("min", "minimum", "lower"), mapping.Find("max", "maximum", "upper"), true),
            _ => default((OdtpNode?, OdtpNode?, bool)),
        };
        if (!isPair)
            faults.Warn(node, "parameter-bounds must be two values, like [0, inf]; they are ignored.");
        else if (type is not ("integer" or "number"))
            faults.Warn(node, "parameter-bounds mean nothing for a parameter that is not a number; they are ignored.");
        else if (!TryBound(low, out var minimum) || !TryBound(high, out var maximum))
            faults.Warn(node, "parameter-bounds must be numbers, inf or null; they are ignored.");
        else if (minimum > maximum)
            faults.Warn(node, "parameter-bounds have the greater value first; they are ignored.");
        else
            return (minimum, maximum);
        return default;
    }

    /// <summary>Null and the infinities bound nothing.</summary>
    private static bool TryBound(OdtpNode? node, out double? bound)
    {
        bound = null;
        if (node is null or { IsEmpty: true })
            return true;
        if (node is not OdtpScalar scalar || !OdtpNumber.TryRead(scalar.Text, out var number))
            return false;
        bound = double.IsInfinity(number) ? null : number;
        return true;
    }

    private static void CheckDefault(ParameterSpec spec, OdtpNode? node, OdtpFaults faults)
    {
        if (spec.Default is not { } text || node is null)
            return;
        var number = double.NaN;
        var fits = spec.Type switch
        {
            "integer" => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) && OdtpNumber.TryRead(text, out number),
            "number" => OdtpNumber.TryRead(text, out number),
            "boolean" => bool.TryParse(text, out _),
            _ => true,
        };
        if (!fits)
            faults.Warn(node, $"The default '{OdtpSections.Shorten(text)}' of '{spec.Name}' is no {spec.Type}.");
        else if (number < spec.Minimum || number > spec.Maximum)
            faults.Warn(node, $"The default {text} of '{spec.Name}' is outside its bounds.");
        else if (spec.Options.Count > 0 && !spec.AllowCustomValue && !spec.Options.Contains(text))
            faults.Warn(node, $"The default '{OdtpSections.Shorten(text)}' of '{spec.Name}' is not among its options.");
    }
}
