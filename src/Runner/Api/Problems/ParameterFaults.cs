using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Twinrunner.Client;
using Twinrunner.Storage;

namespace Twinrunner.Runner.Api;

/// <summary>
/// What is wrong with the parameters of a request that could not be bound. The framework stops at the first one and, for
/// optional ones, doesn't say which; this looks at all of them again.
/// </summary>
internal static class ParameterFaults
{
    private const int LongestShown = 80;

    public static IReadOnlyList<FaultView> Of(HttpContext context) =>
        [.. (context.GetEndpoint()?.Metadata.GetOrderedMetadata<IParameterBindingMetadata>() ?? [])
            .Where(parameter => parameter.HasTryParse)
            .Select(parameter => Check(context.Request, parameter))
            .OfType<FaultView>()];

    private static FaultView? Check(HttpRequest request, IParameterBindingMetadata parameter)
    {
        var text = request.RouteValues.TryGetValue(parameter.Name, out var value) ? value?.ToString() : request.Query[parameter.Name].ToString();
        if (string.IsNullOrEmpty(text))
            return parameter.IsOptional ? null : new(0, 0, parameter.Name, "is missing");
        var type = Nullable.GetUnderlyingType(parameter.ParameterInfo.ParameterType) ?? parameter.ParameterInfo.ParameterType;
        return Expected(type, text) is { } expected
            ? new(0, 0, parameter.Name, $"'{(text.Length > LongestShown ? text[..LongestShown] + "…" : text)}' is not valid: expected {expected}")
            : null;
    }

    /// <summary>What the text should have been, or null when it can be read.</summary>
    private static string? Expected(Type type, string text) => type switch
    {
        _ when type == typeof(int) => int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out _) ? null : "a whole number",
        _ when type == typeof(long) => long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out _) ? null : "a whole number",
        _ when type == typeof(bool) => bool.TryParse(text, out _) ? null : "true or false",
        { IsEnum: true } => Enum.TryParse(type, text, ignoreCase: true, out _) ? null : $"one of {string.Join(", ", Enum.GetNames(type))}",
        { IsGenericType: true } when type.GetGenericTypeDefinition() == typeof(Id<>) => ObjectId.TryParse(text, null, out _) ? null : "an id of 24 hexadecimal digits",
        _ => null,
    };
}
