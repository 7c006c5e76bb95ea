namespace Twinrunner.Runner.Executors.Docker.Engine;

/// <summary>Body of <c>/networks/create</c>.</summary>
public sealed record NetworkSpec(string Name, IReadOnlyDictionary<string, string> Labels)
{
    public string Driver { get; init; } = "bridge";

    /// <summary>Names need not be unique for the engine; asks it to refuse a second one (later engines always do).</summary>
    public bool CheckDuplicate { get; init; } = true;

    /// <summary>No way out to other networks.</summary>
    public bool Internal { get; init; }
}

public sealed record CreatedNetwork(string Id, string? Warning);

public sealed record EngineNetwork
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Those that are attached now, by id.</summary>
    public IReadOnlyDictionary<string, NetworkMember>? Containers { get; init; }
}

public sealed record NetworkMember(string? Name);

internal sealed record NetworkLink(string Container, bool Force = false, EndpointSpec? EndpointConfig = null);
