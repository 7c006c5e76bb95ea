namespace Twinrunner.Registry.Credentials;

/// <summary>A login that can be used. It tells nothing of itself, so that no log line or message can.</summary>
/// <param name="UserName">For a GitHub App, its id; null: a bare token.</param>
/// <param name="Secret">Password, token, or a GitHub App's key (PEM).</param>
public sealed record Credential(string? UserName, string Secret)
{
    public override string ToString() => "(credential)";
}
