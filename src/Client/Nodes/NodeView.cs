namespace Twinrunner.Client;

/// <summary>One runner process.</summary>
public sealed record NodeView
{
    public required string Id { get; init; }
    public required string Href { get; init; }
    public required string Host { get; init; }
    public required string Os { get; init; }
    public IReadOnlyList<string> Roles { get => field ??= []; init; }
    public IReadOnlyDictionary<string, string> Labels { get => field ??= new Dictionary<string, string>(); init; }

    /// <summary>Executors that work there: <c>docker</c>, <c>process</c>, <c>kubernetes</c>.</summary>
    public IReadOnlyList<string> Executors { get => field ??= []; init; }

    /// <summary>What is wrong with an executor that should work there.</summary>
    public string? Trouble { get; init; }

    /// <summary>Steps at once.</summary>
    public required int Slots { get; init; }

    /// <summary>Cores.</summary>
    public required double Cpu { get; init; }

    /// <summary>Bytes.</summary>
    public required long Memory { get; init; }

    public required int Gpu { get; init; }
    public required int RunningSteps { get; init; }

    /// <summary>Steps run since the node exists.</summary>
    public required long TotalSteps { get; init; }

    public required bool Active { get; init; }

    /// <summary>It takes no new steps.</summary>
    public bool Draining { get; init; }

    public required DateTimeOffset StartedAt { get; init; }
    public required DateTimeOffset HeartbeatAt { get; init; }
}
