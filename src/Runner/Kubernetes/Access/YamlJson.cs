using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Twinrunner.Runner.Kubernetes.Access;

/// <summary>Reads the YAML that operators write (kubeconfig, policy) as JSON, which has one set of records.</summary>
internal static class YamlJson
{
    private const int MaxCharacters = 4 * 1024 * 1024;
    private const int MaxDepth = 64;

    /// <returns>Null: the text holds no document.</returns>
    /// <exception cref="FormatException">It is not YAML; the message says where.</exception>
    public static JsonNode? Read(string text)
    {
        if (text.Length > MaxCharacters)
            throw new FormatException($"it has {text.Length:N0} characters, {MaxCharacters:N0} are allowed");
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            return stream.Documents.Count == 0 ? null : Convert(stream.Documents[0].RootNode, 0);
        }
        catch (YamlException broken)
        {
            throw new FormatException($"line {broken.Start.Line}: {broken.Message}", broken);
        }
    }

    private static JsonNode? Convert(YamlNode node, int depth)
    {
        if (depth > MaxDepth)
            throw new FormatException($"line {node.Start.Line}: it is nested deeper than {MaxDepth}");
        switch (node)
        {
            case YamlMappingNode map:
                var members = new JsonObject();
                foreach (var (key, value) in map.Children)
                {
                    if (key is not YamlScalarNode { Value: { } name } || !members.TryAdd(name, Convert(value, depth + 1)))
                        throw new FormatException($"line {key.Start.Line}: a key must be a word that is there once");
                }
                return members;
            case YamlSequenceNode list:
                return new JsonArray([.. list.Children.Select(item => Convert(item, depth + 1))]);
            default:
                return Scalar((YamlScalarNode)node);
        }
    }

    /// <summary>YAML 1.2's core schema: only what is written plainly can be anything but text.</summary>
    private static JsonValue? Scalar(YamlScalarNode scalar)
    {
        var text = scalar.Value ?? "";
        if (scalar.Style != ScalarStyle.Plain)
            return JsonValue.Create(text);
        return text switch
        {
            "" or "~" or "null" or "Null" or "NULL" => null,
            "true" or "True" or "TRUE" => JsonValue.Create(true),
            "false" or "False" or "FALSE" => JsonValue.Create(false),
            _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => JsonValue.Create(whole),
            _ when text.AsSpan().IndexOfAnyExceptInRange('+', '9') < 0 && double.TryParse(text, CultureInfo.InvariantCulture, out var number) => JsonValue.Create(number),
            _ => JsonValue.Create(text),
        };
    }
}
