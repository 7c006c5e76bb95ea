using System.Text;
using System.Text.RegularExpressions;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Secrets;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Runner.Secrets;

/// <summary>Values that steps take by name. They are stored encrypted and leave this class only towards a step.</summary>
public sealed partial class SecretService(SecretStore store, SecretKey key, TimeProvider time)
{
    /// <summary>The kernel's limit for one variable of the environment is 131,072 bytes with its name.</summary>
    public const int MaxBytes = 100_000;

    /// <summary>What is wrong with the name or the value, without telling the value; null: nothing.</summary>
    public static string? Fault(string name, string? value) =>
        !NamePattern().IsMatch(name) ? "A secret's name has up to 128 letters, digits, '_', '.' or '-' and starts with a letter or '_'."
        : value is { Length: 0 } ? "A secret's value can't be empty."
        : value is not null && value.Contains('\0', StringComparison.Ordinal) ? "A secret's value can't hold a null character: no environment could carry it."
        : value is not null && Encoding.UTF8.GetByteCount(value) > MaxBytes ? $"A secret's value has at most {MaxBytes:N0} bytes."
        : null;

    /// <summary>Stores the value, or replaces the one of that name.</summary>
    public Task<Secret> SetAsync(string name, string value, CancellationToken cancellationToken)
    {
        if (Fault(name, value) is { } fault)
            throw new ArgumentException(fault, nameof(name));
        var now = time.GetUtcNow();
        return store.SaveAsync(
            new Secret { Id = Id<Secret>.New(time), Name = name, Encrypted = key.Encrypt(name, value), CreatedAt = now, UpdatedAt = now },
            cancellationToken);
    }

    /// <summary>A page of what there is, newest first. The documents hold no readable value.</summary>
    public Task<IReadOnlyList<Secret>> ListAsync(Id<Secret>? before, int limit, CancellationToken cancellationToken) =>
        store.ListAsync(before, limit, cancellationToken);

    /// <summary>False: there was none of that name.</summary>
    public Task<bool> DeleteAsync(string name, CancellationToken cancellationToken) => store.DeleteAsync(name, cancellationToken);

    /// <summary>The values of those names.</summary>
    /// <exception cref="SecretKeyException">One was stored under another key.</exception>
    public async Task<ResolvedSecrets> ResolveAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        if (names.Count == 0)
            return new(new Dictionary<string, string>(), []);
        var found = await store.FindByNamesAsync([.. names.Distinct()], cancellationToken);
        var values = found.ToDictionary(secret => secret.Name, secret => key.Decrypt(secret.Name, secret.Encrypted));
        return new(values, [.. names.Distinct().Where(name => !values.ContainsKey(name))]);
    }

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_.-]{0,127}\z")]
    private static partial Regex NamePattern();
}

/// <param name="Values">Values by the secret's name. Never log it.</param>
/// <param name="Missing">Names of which there is none.</param>
public sealed record ResolvedSecrets(IReadOnlyDictionary<string, string> Values, IReadOnlyList<string> Missing)
{
    public override string ToString() => $"{Values.Count} secrets";
}
