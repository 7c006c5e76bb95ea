using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Twinrunner.Runner.Attempts;
using Twinrunner.Runner.Hosting;
using Twinrunner.Runner.Webhooks;

namespace Twinrunner.Runner.Api;

/// <summary>
/// Who may use the server. With a token set, whoever carries it. Without one the server listens on loopback only, where the
/// danger is the user's own browser: a page of somebody else's that posts here, or that reaches us under a name of its own
/// (DNS rebinding). So the Host must be a name of this machine, and what changes something must not come from another site.
/// </summary>
internal sealed class AccessMiddleware(RequestDelegate next, HostSettings settings)
{
    private readonly byte[]? _token = settings.Token is { } token ? Hash(token) : null;

    public Task InvokeAsync(HttpContext context) =>
        Refusal(context) is { } problem ? problem.ExecuteAsync(context) : next(context);

    private Problem? Refusal(HttpContext context)
    {
        var request = context.Request;
        // Signed by the host that sends it, which has no token of ours and calls us by a name of the world outside.
        if (request.Path == ApiSetup.Prefix + GitHubWebhook.Path)
            return null;
        // A step's helper has a token for its one attempt, and calls us by our name inside of the cluster.
        if (request.Path.StartsWithSegments(ApiSetup.Prefix + AttemptEndpoints.Path))
            return null;
        if (_token is not null)
        {
            if (CarriesToken(request))
                return null;
            context.Response.Headers.WWWAuthenticate = "Bearer";
            return Problem.Unauthorized(StringValues.IsNullOrEmpty(request.Headers.Authorization)
                ? "This server needs a token: send 'Authorization: Bearer …' (the command takes it from TWIN_TOKEN)."
                : "The token is wrong.");
        }
        if (!IsOwnName(request.Host.Host))
        {
            return Problem.Forbidden(
                $"This server is not reachable under the name '{request.Host.Host}' (setting allowedHosts).");
        }
        // A WebSocket is opened by a GET, and may be by any page: browsers ask nobody before.
        if ((!IsSafe(request.Method) || request.Headers.Upgrade.Count > 0) && ComesFromElsewhere(request))
            return Problem.Forbidden("A page of another site may not change anything here.");
        return null;
    }

    // Hashes are compared, so that the time taken tells neither the length nor a matching beginning.
    private bool CarriesToken(HttpRequest request) =>
        request.Headers.Authorization is [{ } header] && header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
        && CryptographicOperations.FixedTimeEquals(Hash(header["Bearer ".Length..].Trim()), _token);

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    private bool IsOwnName(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address))
        || settings.AllowedHosts.Contains(host, StringComparer.OrdinalIgnoreCase);

    private static bool IsSafe(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);

    // Browsers send Origin with everything but GET and HEAD; other programs send neither header.
    private static bool ComesFromElsewhere(HttpRequest request)
    {
        if (request.Headers["Sec-Fetch-Site"] is [{ } site] && site is "cross-site" or "same-site")
            return true;
        return request.Headers.Origin is { Count: > 0 } origins
            && !origins.All(origin => Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase));
    }
}
