namespace Twinrunner.Runner.Secrets;

/// <summary>Values that steps take by name, encrypted where they are stored.</summary>
public sealed class SecretService
{
    /// <summary>The values of those names.</summary>
    public Task<ResolvedSecrets> ResolveAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}

/// <param name="Values">Values by the secret's name.</param>
/// <param name="Missing">Names of which there is none.</param>
public sealed record ResolvedSecrets(IReadOnlyDictionary<string, string> Values, IReadOnlyList<string> Missing);
