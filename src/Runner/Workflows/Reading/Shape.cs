namespace Twinrunner.Runner.Workflows.Reading;

/// <summary>JSON Schemas of the values that keys take.</summary>
internal static class Shape
{
    public const string Text = """{"type":["string","number","boolean"]}""";
    public const string Words = """{"type":"array","items":{"type":["string","number","boolean"]}}""";
    public const string WordOrWords = """{"anyOf":[{"type":"string"},{"type":"array","items":{"type":"string"}}]}""";
    public const string Map = """{"type":"object","additionalProperties":{"type":["string","number","boolean","null"]}}""";
    public const string Values = """{"type":"object","additionalProperties":{"type":["string","number","boolean","null"]}}""";
    public const string Boolean = """{"anyOf":[{"type":"boolean"},{"$ref":"#/$defs/expression"}]}""";
    public const string Count = """{"anyOf":[{"type":"integer","minimum":0},{"$ref":"#/$defs/expression"}]}""";
    public const string Positive = """{"anyOf":[{"type":"integer","minimum":1},{"$ref":"#/$defs/expression"}]}""";
    public const string Integer = """{"anyOf":[{"type":"integer"},{"$ref":"#/$defs/expression"}]}""";
    public const string Number = """{"anyOf":[{"type":"number"},{"$ref":"#/$defs/expression"}]}""";
    public const string Port = """{"anyOf":[{"type":"integer","minimum":1,"maximum":65535},{"$ref":"#/$defs/expression"}]}""";
    public const string Duration = """{"anyOf":[{"type":"number","minimum":0},{"type":"string","pattern":"^([0-9.]+(ms|s|m|h|d))+$"},{"$ref":"#/$defs/expression"}]}""";
    public const string Bytes = """{"anyOf":[{"type":"integer","minimum":1},{"type":"string","pattern":"^[0-9.]+([kKMGT]i?)?B?$"},{"$ref":"#/$defs/expression"}]}""";

    public static string Ref(string section) => $$"""{"$ref":"#/$defs/{{section}}"}""";

    public static string OneOf(params string[] words) => $$"""{"enum":[{{string.Join(',', words.Select(w => $"\"{w}\""))}}]}""";

    public static string ListOf(string item) => $$"""{"type":"array","items":{{item}}}""";

    public static string MapOf(string value) => $$"""{"type":"object","additionalProperties":{{value}}}""";

    public static string Either(params string[] shapes) => $$"""{"anyOf":[{{string.Join(',', shapes)}}]}""";
}
