using System.Collections.Concurrent;

namespace Twinrunner.Registry.ImageRegistries;

/// <summary>What was last accepted as <c>Authorization</c> for a repository, until it expires: one login serves many requests.</summary>
internal sealed class RegistryTokens(TimeProvider time)
{
    /// <summary>A token that ends within this time isn't used any more.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(5);

    private const int MaxEntries = 10_000;

    private readonly ConcurrentDictionary<string, (string Authorization, DateTimeOffset Until)> _known = new(StringComparer.Ordinal);

    public string? Find(ImageReference image) =>
        _known.TryGetValue(image.Repository, out var known) && known.Until > time.GetUtcNow() ? known.Authorization : null;

    public void Keep(ImageReference image, string authorization, TimeSpan lifetime)
    {
        if (_known.Count >= MaxEntries)
            _known.Clear();
        _known[image.Repository] = (authorization, time.GetUtcNow() + lifetime - Margin);
    }

    public void Forget(ImageReference image) => _known.TryRemove(image.Repository, out _);
}
