using System.Text.Json;

namespace Twinrunner.Runner.Workflows;

/// <summary>
/// How a parameter's value becomes an environment variable. Text and numbers are passed exactly as they were written. A
/// boolean becomes <c>True</c> or <c>False</c>, which is what ODTP passes (Python's <c>str</c>) and components are written
/// against. Null means that the variable isn't set; ODTP passed the text <c>None</c> there.
/// </summary>
public static class ParameterText
{
    /// <summary>Null: don't set the variable.</summary>
    public static string? Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        JsonValueKind.String => value.GetString(),
        JsonValueKind.True => "True",
        JsonValueKind.False => "False",
        _ => value.GetRawText(),
    };
}
