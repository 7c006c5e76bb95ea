namespace Twinrunner.Client;

/// <summary>What became of a webhook's delivery; the sending host keeps it with the delivery.</summary>
public sealed record WebhookView
{
    /// <summary>Components that will be looked at now.</summary>
    public required int Components { get; init; }

    public required string Message { get; init; }
}
