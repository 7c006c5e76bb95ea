namespace Twinrunner.Client;

/// <summary>One item of a stream of server-sent events.</summary>
/// <param name="Id">To resume after it; null: the server gave none.</param>
public readonly record struct SseEvent<T>(string? Id, T Value);

/// <summary>The server's last word on a stream that has an end (a finished execution, a finished log), sent as the event <c>end</c>. Without it a closed stream is a broken one.</summary>
/// <param name="Reason">Why nothing more will come, for people.</param>
public sealed record StreamEnd(string Reason)
{
    /// <summary>Name of the event that carries it.</summary>
    public const string EventType = "end";
}
