namespace Twinrunner.Client;

/// <summary>Where the server is, and how to talk to it.</summary>
public sealed record RunnerClientOptions
{
    /// <summary><c>http://…</c>, <c>https://…</c>, or <c>unix:///path/of/socket</c>.</summary>
    public required Uri Address { get; init; }

    /// <summary>Bearer token, where the server asks for one.</summary>
    public string? Token { get; init; }

    /// <summary>How long one request may take; streams and downloads have no limit.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>A stream that is silent for this long (the server sends a heartbeat every 15 s) counts as broken.</summary>
    public TimeSpan StreamSilence { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>How long a broken stream keeps trying to connect again before it gives up with <see cref="ServerUnreachableException"/>.</summary>
    public TimeSpan StreamPatience { get; init; } = TimeSpan.FromMinutes(5);

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
