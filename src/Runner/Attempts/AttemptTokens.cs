using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Twinrunner.Runner.Executors;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Objects;
using Twinrunner.Storage.Secrets;

namespace Twinrunner.Runner.Attempts;

/// <summary>
/// What the helpers of one attempt show us: signed with a key made of the installation's, so that every API server can check it and
/// none keeps a list. A token is good for what the step itself may do: read its inputs and leave its outputs, while it runs.
/// </summary>
internal sealed class AttemptTokens(SecretKey secret, TimeProvider time)
{
    private const string Prefix = "twst";

    /// <summary>Longer than any step is likely to run. It ends earlier with its attempt.</summary>
    private static readonly TimeSpan TokenLifetime = TimeSpan.FromDays(30);

    private static readonly TimeSpan AddressLifetime = TimeSpan.FromHours(12);

    private readonly Lazy<byte[]> _key = new(() => secret.Derive("attempts"));

    public string Issue(StepKey attempt)
    {
        var claims = $"{Prefix}.{attempt.Step}.{attempt.Attempt}.{(time.GetUtcNow() + TokenLifetime).ToUnixTimeSeconds()}";
        return $"{claims}.{Sign(claims)}";
    }

    /// <summary>Null: it isn't ours, was changed, or has run out.</summary>
    public StepKey? Read(string token)
    {
        if (token.Length > 200 || token.Split('.') is not [Prefix, var step, var attempt, var expires, var signature]
            || !Matches(token[..token.LastIndexOf('.')], signature) || !IsAhead(expires))
            return null;
        return Id<Step>.TryParse(step, null, out var id) && int.TryParse(attempt, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? new(id, number) : null;
    }

    /// <summary>The query of an address of ours under which one object can be read or written, where the store has no such addresses.</summary>
    public string SignObject(PresignedVerb verb, string key)
    {
        var expires = (time.GetUtcNow() + AddressLifetime).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return $"?key={Uri.EscapeDataString(key)}&expires={expires}&signature={Sign(ClaimsOf(verb, key, expires))}";
    }

    public bool MayUse(PresignedVerb verb, string key, string expires, string signature) => Matches(ClaimsOf(verb, key, expires), signature) && IsAhead(expires);

    private static string ClaimsOf(PresignedVerb verb, string key, string expires) => $"{verb}\n{expires}\n{key}";

    private string Sign(string claims) => Base64Url.EncodeToString(HMACSHA256.HashData(_key.Value, Encoding.UTF8.GetBytes(claims)));

    private bool Matches(string claims, string signature) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Sign(claims)), Encoding.UTF8.GetBytes(signature));

    private bool IsAhead(string expires) =>
        long.TryParse(expires, NumberStyles.None, CultureInfo.InvariantCulture, out var at) && at > time.GetUtcNow().ToUnixTimeSeconds();
}
