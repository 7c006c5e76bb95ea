namespace Twinrunner.Runner.Webhooks;

/// <param name="GitHubSecrets">What deliveries are signed with; several while one takes the place of another, none: no deliveries are taken.</param>
public sealed record WebhookOptions(IReadOnlyList<string> GitHubSecrets);
