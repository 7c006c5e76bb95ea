using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Twinrunner.Runner.Api;

/// <summary>Text is UTF-8 here, as JSON between systems must be (RFC 8259, section 8.1). Other encodings are refused before anything tries to read them.</summary>
internal sealed class CharsetMiddleware(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context) =>
        MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type)
        && HeaderUtilities.RemoveQuotes(type.Charset) is { Length: > 0 } charset
        && !charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)
            ? Problem.UnsupportedMediaType($"The charset '{charset}' is not read here: send UTF-8.").ExecuteAsync(context)
            : next(context);
}
