using System.Net;

namespace Twinrunner.Runner.Kubernetes;

/// <summary>The API server refused, or can't be reached; the message is a sentence for people.</summary>
public sealed class KubernetesException : Exception
{
    public KubernetesException(string message, Exception? inner = null) : base(message, inner)
    {
    }

    public KubernetesException(HttpStatusCode status, string? reason, string message) : base(message) => (Status, Reason) = (status, reason);

    /// <summary>Null: nobody answered.</summary>
    public HttpStatusCode? Status { get; }

    /// <summary>The server's word: <c>AlreadyExists</c>, <c>Forbidden</c>, <c>Expired</c> …</summary>
    public string? Reason { get; }

    /// <summary>When the server wants to be asked again.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public bool IsUnreachable => Status is null;

    public bool IsNotFound => Status == HttpStatusCode.NotFound;

    /// <summary>Something of that name is there already.</summary>
    public bool IsConflict => Status == HttpStatusCode.Conflict;

    /// <summary>A version was asked for that the server has forgotten: list anew.</summary>
    public bool IsExpired => Status == HttpStatusCode.Gone || Reason is "Expired" or "Gone";

    /// <summary>Refused by the server's rules on who may do what, of which one that has just started knows some or none.</summary>
    public bool IsDenied => Status == HttpStatusCode.Forbidden && Message.Contains("is forbidden: User ", StringComparison.Ordinal);

    /// <summary>Later it may answer.</summary>
    public bool IsPassing => Status is null or HttpStatusCode.TooManyRequests || (int)Status >= 500;
}
