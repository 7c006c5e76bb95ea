namespace Twinrunner.Client;

/// <summary>The kinds of problems that the server answers with, as the stable <c>type</c> of their problem details.</summary>
public static class ProblemTypes
{
    private const string Prefix = "urn:twinrunner:problem:";

    /// <summary>The request can't be read: malformed JSON, a wrong type, an unknown member, a malformed id or cursor.</summary>
    public const string InvalidRequest = Prefix + "invalid-request";

    /// <summary>The workflow file can't be planned; <c>faults</c> says where.</summary>
    public const string InvalidWorkflow = Prefix + "invalid-workflow";

    /// <summary>Authentication is on, and the request has no token or a wrong one.</summary>
    public const string Unauthorized = Prefix + "unauthorized";

    /// <summary>The request comes from a page or under a host name that this server doesn't trust.</summary>
    public const string Forbidden = Prefix + "forbidden";

    /// <summary>There is no such thing, or no such address.</summary>
    public const string NotFound = Prefix + "not-found";

    public const string MethodNotAllowed = Prefix + "method-not-allowed";

    /// <summary>It doesn't fit the state that the thing is in, or a name is taken.</summary>
    public const string Conflict = Prefix + "conflict";

    /// <summary>The body is larger than the server takes.</summary>
    public const string TooLarge = Prefix + "too-large";

    public const string UnsupportedMediaType = Prefix + "unsupported-media-type";

    /// <summary>None of the formats that the request accepts is available.</summary>
    public const string NotAcceptable = Prefix + "not-acceptable";

    /// <summary>The idempotency key was used before, for another request.</summary>
    public const string IdempotencyKeyReused = Prefix + "idempotency-key-reused";

    /// <summary>The database, the disk or an engine can't be reached; trying again later helps.</summary>
    public const string Unavailable = Prefix + "unavailable";

    /// <summary>A fault of the server's; its log says more.</summary>
    public const string Internal = Prefix + "internal";
}
