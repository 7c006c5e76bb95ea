using System.Net;
using System.Text;
using Twinrunner.Registry.Credentials;
using Twinrunner.Registry.Sources;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Secrets;

namespace Twinrunner.Registry.ImageRegistries;

/// <summary>
/// One request to an image registry from its limits and login to its bounded answer: the transport below
/// <see cref="ImageRegistryClient"/>. Everything that a host may do wrong comes out as a <see cref="RegistryFailure"/>.
/// </summary>
internal sealed class RegistrySession(
    RegistryHttp http, CredentialService credentials, PullLimits limits, RegistryOptions options, TimeProvider time)
{
    private const int MaxTokenBytes = 64 << 10;
    private const int MaxErrorBytes = 16 << 10;
    private static readonly TimeSpan DefaultTokenLife = TimeSpan.FromSeconds(60);

    /// <summary>Whatever a host says: a login that was deleted here is used no longer than this.</summary>
    private static readonly TimeSpan LongestTokenLife = TimeSpan.FromMinutes(10);

    private readonly RegistryTokens _tokens = new(time);

    public async Task<RegistryAnswer<RegistryResponse>> SendAsync(RegistryRequest request, CancellationToken cancellationToken)
    {
        var image = request.Image;
        if (limits.Until(image.Host, request.CountsAsPull) is { } until)
            return Limited(image.Host, until);
        if (BaseOf(image.Host) is not { } root)
            return new RegistryFailure(RegistryFailureKind.Refused, $"'{image.Host}' is no host that could be asked for images.");
        using var limit = new CancellationTokenSource(options.ImageRegistryTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            return await SendAsync(request, new Uri(root, $"/v2/{image.Path}/{request.Path}"), either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Unreachable(image.Host, $"no whole answer within {options.ImageRegistryTimeout.TotalSeconds:0.#} s");
        }
        catch (Exception exception) when (Refusal(exception) is { } refused)
        {
            return new RegistryFailure(RegistryFailureKind.Refused, refused.Message);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return Unreachable(image.Host, exception.GetBaseException().Message.TrimEnd('.'));
        }
        catch (SecretKeyException exception)
        {
            return new RegistryFailure(RegistryFailureKind.Denied, exception.Message);
        }
    }

    /// <summary>Where a host's interface is. Without TLS only where the operator says that it has none.</summary>
    private Uri? BaseOf(string host)
    {
        if (host == CredentialHost.DockerHub)
            return options.DockerHubRegistry;
        if (!Uri.TryCreate($"https://{host}", UriKind.Absolute, out var secure))
            return null;
        // The port as it is written: without TLS the usual one is another.
        return Uri.TryCreate($"http://{host}", UriKind.Absolute, out var plain) && http.IsInsecure(plain) ? plain : secure;
    }

    private async Task<RegistryAnswer<RegistryResponse>> SendAsync(RegistryRequest request, Uri address, CancellationToken cancellationToken)
    {
        var image = request.Image;
        var response = await http.SendAsync(request.Method, address, request.Accept, _tokens.Find(image), cancellationToken);
        try
        {
            if (response.StatusCode == HttpStatusCode.Unauthorized)
            {
                _tokens.Forget(image);
                var login = await LogInAsync(image, response, cancellationToken);
                if (!login.Succeeded)
                    return login.Failure;
                response.Dispose();
                response = await http.SendAsync(request.Method, address, request.Accept, login.Value, cancellationToken);
            }
            if (limits.See(image.Host, response) is { } until)
                return Limited(image.Host, until);
            return response.IsSuccessStatusCode
                ? await ReadAsync(request, response, cancellationToken)
                : await ExplainAsync(request, response, cancellationToken);
        }
        finally
        {
            response.Dispose();
        }
    }

    /// <summary>What goes into <c>Authorization</c>.</summary>
    private async Task<RegistryAnswer<string>> LogInAsync(ImageReference image, HttpResponseMessage refusal, CancellationToken cancellationToken)
    {
        var credential = await credentials.FindAsync(CredentialKind.ImageRegistry, image.Host, image.Owner, cancellationToken);
        var basic = credential is null ? null : "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.UserName}:{credential.Secret}"));
        switch (Challenge.Find(refusal.Headers.WwwAuthenticate))
        {
            case Challenge.Basic when basic is not null:
                _tokens.Keep(image, basic, DefaultTokenLife);
                return basic;
            case Challenge.Bearer bearer when http.MayAsk(bearer.Realm) && bearer.Realm.UserInfo.Length == 0:
                return await GetTokenAsync(image, bearer, basic, cancellationToken);
            case Challenge.Bearer bearer:
                return new RegistryFailure(
                    RegistryFailureKind.Refused, $"{image.Host} wants logins at {bearer.Realm.GetLeftPart(UriPartial.Authority)}, which is without TLS: no login is sent there.");
            default:
                return Denied(image, hasLogin: basic is not null);
        }
    }

    /// <summary>Docker's token authentication: distribution.github.io/distribution/spec/auth/token.</summary>
    private async Task<RegistryAnswer<string>> GetTokenAsync(ImageReference image, Challenge.Bearer bearer, string? basic, CancellationToken cancellationToken)
    {
        // The scope is ours to say, not the host's: no more than reading this repository.
        var query = $"scope={Uri.EscapeDataString($"repository:{image.Path}:pull")}"
            + (bearer.Service is { } service ? $"&service={Uri.EscapeDataString(service)}" : "");
        var address = new UriBuilder(bearer.Realm) { Query = bearer.Realm.Query is { Length: > 1 } own ? $"{own[1..]}&{query}" : query }.Uri;
        using var response = await http.SendAsync(HttpMethod.Get, address, ["application/json"], basic, cancellationToken);
        if (limits.See(image.Host, response) is { } until)
            return Limited(image.Host, until);
        if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
            return Denied(image, hasLogin: basic is not null);
        if (!response.IsSuccessStatusCode)
            return Unreachable(image.Host, $"its login service at {address.Host} answered {(int)response.StatusCode}");
        var content = await RegistryHttp.ReadAsync(response, MaxTokenBytes, cancellationToken);
        var token = content is null ? null : RegistryHttp.Parse(content, RegistryJson.Default.WireToken);
        if ((token?.Token ?? token?.AccessToken) is not { Length: > 0 } text || text.Any(c => !char.IsAscii(c) || char.IsControl(c)))
            return new RegistryFailure(RegistryFailureKind.Refused, $"The login service of {image.Host} at {address.Host} gave no token.");
        var life = token!.ExpiresIn is > 0 and < 86_400 and var seconds ? TimeSpan.FromSeconds(seconds) : DefaultTokenLife;
        _tokens.Keep(image, "Bearer " + text, life < LongestTokenLife ? life : LongestTokenLife);
        return "Bearer " + text;
    }

    private static async Task<RegistryAnswer<RegistryResponse>> ReadAsync(RegistryRequest request, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var content = request.Method == HttpMethod.Head ? [] : await RegistryHttp.ReadAsync(response, request.MaxBytes, cancellationToken);
        if (content is null)
            return new RegistryFailure(
                RegistryFailureKind.Refused, $"{request.Image.Host} answered with more than {request.MaxBytes >> 10:N0} KiB to what should be small ({request.Path} of {request.Image.ShortRepository}).");
        return new RegistryResponse(
            content,
            response.Content.Headers.ContentType?.MediaType ?? "",
            response.Headers.TryGetValues("Docker-Content-Digest", out var digests) ? digests.First() : null,
            response.Headers.TryGetValues("Link", out var links) ? links.First() : null);
    }

    private static async Task<RegistryFailure> ExplainAsync(RegistryRequest request, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var image = request.Image;
        var said = await RegistryHttp.ReadAsync(response, MaxErrorBytes, cancellationToken) is { Length: > 0 } content
            && RegistryHttp.Parse(content, RegistryJson.Default.WireErrors)?.Errors is [{ Message: { Length: > 0 and < 300 } message }, ..]
                ? $" It says: {new string([.. message.Select(c => char.IsControl(c) ? ' ' : c)])}."
                : "";
        return (int)response.StatusCode switch
        {
            404 => new(RegistryFailureKind.Missing, $"There is no image {image}: check its name and tag.{said}"),
            401 or 403 => Denied(image, hasLogin: response.RequestMessage?.Headers.Authorization is { Scheme: "Basic" }, said),
            >= 500 => Unreachable(image.Host, $"it answered {(int)response.StatusCode}", said),
            var status => new(RegistryFailureKind.Refused, $"{image.Host} answered {status} to {request.Path} of {image.ShortRepository}.{said}"),
        };
    }

    private static RegistryFailure Denied(ImageReference image, bool hasLogin, string said = "") => new(
        RegistryFailureKind.Denied,
        hasLogin
            ? $"{image.Host} doesn't give {image} to the stored login: check that the image exists, and the login ('twin credential set image-registry {image.Host} --user NAME').{said}"
            : $"{image.Host} has no image {image}, or gives it only to those who are logged in ('twin credential set image-registry {image.Host} --user NAME').{said}");

    private static RegistryFailure Limited(string host, DateTimeOffset until) =>
        new(RegistryFailureKind.Limited, $"{host} wants no further requests until {until.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC; a login has a higher limit at most hosts.", until);

    private static RegistryFailure Unreachable(string host, string why, string said = "") =>
        new(RegistryFailureKind.Unreachable, $"The image registry {host} can't be reached: {why}.{said}");

    private static Exception? Refusal(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            // With a socket's error behind it, it is a host that isn't known.
            if (exception is RedirectRefusedException or SourceException { InnerException: null })
                return exception;
        }
        return null;
    }
}

/// <param name="Path">Below <c>/v2/NAME/</c>.</param>
/// <param name="CountsAsPull">It takes from the pulls that the host allows.</param>
internal sealed record RegistryRequest(HttpMethod Method, ImageReference Image, string Path, IReadOnlyCollection<string> Accept, int MaxBytes, bool CountsAsPull = false);

/// <param name="Digest">That the host says the content has; not to be believed.</param>
internal sealed record RegistryResponse(byte[] Content, string MediaType, string? Digest, string? Link);
