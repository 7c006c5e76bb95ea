namespace Twinrunner.Runner.Kubernetes;

/// <summary>How much is asked of an API server, and how patiently.</summary>
public sealed record KubernetesOptions
{
    /// <summary>Requests at once, beside watches and followed logs. Default 20.</summary>
    public int RequestsAtOnce { get; init; } = 20;

    /// <summary>Requests a second, after a burst of twice as many. Default 50; the server delays or refuses who asks too much.</summary>
    public int RequestsPerSecond { get; init; } = 50;

    /// <summary>How long a server that is away, or too busy, is asked again before what waits for it fails. Default 10 minutes.</summary>
    public TimeSpan Absence { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a server that denies us a right is asked again before that is believed: for some seconds after its start it denies everything. Default 30 seconds.</summary>
    public TimeSpan Doubt { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the server has for the head of an answer. Default 1 minute.</summary>
    public TimeSpan AnswerWithin { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a watch lasts before the server ends it and it is begun anew. A server that is silent for half a minute more is taken to be gone. Default 5 minutes.</summary>
    public TimeSpan WatchFor { get; init; } = TimeSpan.FromMinutes(5);
}
