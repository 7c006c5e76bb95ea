using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Amazon.Runtime;
using Amazon.S3;

namespace Twinrunner.Storage.Objects.S3;

/// <summary>What an object store's refusal means, in words that say what to do.</summary>
internal static class S3Trouble
{
    /// <summary>True for what requests to a store end with when they fail for the store's part, or the way to it.</summary>
    public static bool Is(Exception exception) =>
        exception is AmazonServiceException or AmazonClientException or HttpRequestException or IOException or TimeoutException
        || exception is OperationCanceledException { InnerException: TimeoutException };

    /// <summary>Asks the store; its trouble comes as <see cref="ObjectStoreException"/>.</summary>
    public static async Task<T> GuardAsync<T>(S3Options options, Func<Task<T>> ask, CancellationToken cancellationToken)
    {
        try
        {
            return await ask().ConfigureAwait(false);
        }
        catch (Exception exception) when (Is(exception) && !cancellationToken.IsCancellationRequested)
        {
            throw Translate(options, exception);
        }
    }

    /// <summary>The object isn't there; the bucket is.</summary>
    public static bool IsMissing(ObjectStoreException exception) =>
        exception.InnerException is AmazonS3Exception { StatusCode: HttpStatusCode.NotFound, ErrorCode: not "NoSuchBucket" };

    /// <summary>The server answered, and asking again won't change its mind.</summary>
    public static bool IsRefusal(ObjectStoreException exception) =>
        exception.InnerException is AmazonS3Exception { StatusCode: >= HttpStatusCode.MultipleChoices and < HttpStatusCode.InternalServerError and not HttpStatusCode.TooManyRequests };

    public static ObjectStoreException Translate(S3Options options, Exception exception) =>
        exception as ObjectStoreException ?? new($"{Place(options)} {Sentence(options, exception)}", exception);

    public static string Place(S3Options options) =>
        $"The object store (bucket '{options.Bucket}' at {options.Endpoint?.ToString() ?? "Amazon"}{(options.Region is { } region ? $", region {region}" : "")})";

    private static string Sentence(S3Options options, Exception exception) => Innermost<AmazonS3Exception>(exception) is { } refused
        ? Refusal(options, refused)
        : Connection(exception);

    private static string Refusal(S3Options options, AmazonS3Exception refused) => refused.ErrorCode switch
    {
        "NoSuchBucket" => $"has no such bucket. Make it, or let the server make it with s3CreateBucket.",
        "InvalidAccessKeyId" => "doesn't know the access key. Check s3AccessKey, and that it belongs to this server.",
        "SignatureDoesNotMatch" => "refuses the signature: the secret key is wrong. Check s3SecretKey (and s3Region, if the server insists on one).",
        "ExpiredToken" or "InvalidToken" => "refuses the session token: it has expired or belongs to other keys. Renew s3SessionToken with its keys.",
        "RequestTimeTooSkewed" => "refuses because this machine's clock differs from its own by more than it allows (15 minutes at Amazon). Set the clock, and keep it so with NTP.",
        "AuthorizationHeaderMalformed" or "PermanentRedirect" or "TemporaryRedirect" or "IllegalLocationConstraintException" =>
            $"wants another region or address for this bucket: {refused.Message} Set s3Region or s3Endpoint.",
        "SlowDown" or "ServiceUnavailable" or "ThrottlingException" or "RequestLimitExceeded" => "asks for fewer requests (503). It is tried again; if this lasts, ask for a higher limit.",
        "KeyTooLongError" => "refuses a key as too long: Amazon allows 1,024 bytes with the prefix.",
        "EntityTooLarge" => "refuses an object as too large for it.",
        "QuotaExceeded" => "is full: the quota is used up. Free some space or raise it.",
        "NotImplemented" when options.Encryption is not null => "can't do what was asked, which may be the encryption: leave s3Encryption out where the server has none.",
        _ when refused.StatusCode == HttpStatusCode.Forbidden => $"denies access to these keys. Give them s3:GetObject, PutObject, DeleteObject, AbortMultipartUpload on its objects and s3:ListBucket, ListBucketMultipartUploads on the bucket. ({refused.Message})",
        _ when refused.StatusCode is HttpStatusCode.Unauthorized => $"doesn't accept the keys: {refused.Message}",
        _ when refused.StatusCode == HttpStatusCode.NotFound => "has no such bucket, or it is another user's. Make it, or let the server make it with s3CreateBucket.",
        _ when refused.StatusCode == 0 => Connection(refused),
        _ => $"answered {(int)refused.StatusCode} {refused.ErrorCode}: {refused.Message}",
    };

    private static string Connection(Exception exception)
    {
        if (Innermost<AuthenticationException>(exception) is { } certificate)
            return $"has a certificate that isn't trusted here: {certificate.Message} Name the file with its authority as s3CaFile, and use the name that stands in the certificate.";
        if (exception is TimeoutException or OperationCanceledException || exception.InnerException is TimeoutException)
            return "didn't answer in time. Check the network, or whether it is overloaded.";
        if (Innermost<SocketException>(exception) is { } socket)
            return socket.SocketErrorCode switch
            {
                SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData => "can't be found: its host name has no address. Check s3Endpoint and DNS.",
                SocketError.ConnectionRefused => "can't be reached: nothing listens there (connection refused). Start it, or check s3Endpoint.",
                _ => $"can't be reached: {socket.Message}. Check s3Endpoint and the network.",
            };
        return exception is AmazonClientException && exception.Message.Contains("credential", StringComparison.OrdinalIgnoreCase)
            ? "can't be asked without credentials: set s3AccessKey and s3SecretKey, or give the process a role, profile or AWS_ variables."
            : $"failed: {exception.Message}";
    }

    private static T? Innermost<T>(Exception? exception) where T : Exception
    {
        T? found = null;
        for (; exception is not null; exception = exception.InnerException)
            found = exception as T ?? found;
        return found;
    }
}
