using System.Net;

namespace Twinrunner.Runner.Executors.Docker.Engine;

/// <summary>The engine refused, failed, or could not be reached. <see cref="Exception.Message"/> is the engine's own where it gave one.</summary>
public sealed class DockerException : Exception
{
    public DockerException(HttpStatusCode status, string message)
        : base(message) => Status = status;

    /// <summary>The request was accepted, and failed while its progress was streamed: a pull or a build.</summary>
    public DockerException(string message)
        : base(message)
    {
    }

    /// <summary>The engine did not answer.</summary>
    public DockerException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <summary>Null: there was no answer, or the failure came after the answer had begun.</summary>
    public HttpStatusCode? Status { get; }

    public bool IsNotFound => Status == HttpStatusCode.NotFound;

    /// <summary>The name is taken, or the object is not in a state for this.</summary>
    public bool IsConflict => Status == HttpStatusCode.Conflict;

    /// <summary>Nobody answered, or the connection was lost: the same request may succeed later.</summary>
    public bool IsUnreachable => InnerException is not null;
}
