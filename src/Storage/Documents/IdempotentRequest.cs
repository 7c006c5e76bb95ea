namespace Twinrunner.Storage.Documents;

/// <summary>A request that came with an <c>Idempotency-Key</c>, and what it was answered (collection <c>idempotency</c>).</summary>
public sealed record IdempotentRequest : Document<IdempotentRequest>
{
    /// <summary>The header's value, together with who sent it.</summary>
    public required string Key { get; init; }

    /// <summary>SHA-256 of method, path and body in lower-case hex: the same key with another request is a mistake of the client.</summary>
    public required string Fingerprint { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The answer; null while the first request is still worked on.</summary>
    public IdempotentResponse? Response { get; init; }
}

public sealed record IdempotentResponse(int Status, string? ContentType, string? Location, byte[] Body);
