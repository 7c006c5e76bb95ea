using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Twinrunner.Registry.ImageRegistries;
using Twinrunner.Registry.Images;

namespace Twinrunner.Runner.Images;

/// <summary>
/// Which bytes the name of an image stands for now, for where nodes pull by themselves: what is pinned is what runs, and what the step
/// cache is keyed by. An answer is good for a minute, so that many steps of one image are one question. Safe for concurrent use.
/// </summary>
internal sealed partial class PublishedDigests(ImageRegistryClient registries, TimeProvider time, ILogger<PublishedDigests> logger)
{
    private static readonly TimeSpan GoodFor = TimeSpan.FromMinutes(1);

    /// <summary>A step isn't kept waiting for an image registry that doesn't answer: its node has to have the image, then.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private const int MostKept = 1000;

    private readonly ConcurrentDictionary<string, (Lazy<Task<string?>> Digest, DateTimeOffset Until)> _asked = new();

    /// <summary>Null: no image registry knows the name, or none that we reach. The image may be on the nodes all the same.</summary>
    public Task<string?> FindAsync(string image, CancellationToken cancellationToken)
    {
        if (ImageName.IsOwn(image) || !ImageReference.TryParse(image, out var reference, out _))
            return Task.FromResult<string?>(null);
        if (reference.Digest is { } pinned)
            return Task.FromResult<string?>(pinned);
        var now = time.GetUtcNow();
        if (_asked.Count >= MostKept)
            _asked.Clear();
        var asked = _asked.AddOrUpdate(image, _ => Ask(), (_, known) => known.Until > now ? known : Ask());
        return asked.Digest.Value.WaitAsync(cancellationToken);

        (Lazy<Task<string?>>, DateTimeOffset) Ask() => (new(() => AskAsync(reference)), now + GoodFor);
    }

    private async Task<string?> AskAsync(ImageReference image)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        try
        {
            var answer = await registries.ResolveAsync(image, limit.Token);
            if (answer.Succeeded)
                return answer.Value.Digest;
            LogUnknown(image.ToString(), answer.Failure.Sentence);
        }
        catch (OperationCanceledException)
        {
            LogUnknown(image.ToString(), $"{image.Host} didn't answer within {Patience.TotalSeconds} s");
        }
        return null;
    }

    [LoggerMessage(LogLevel.Information, "The digest of {Image} isn't known, so its steps run by its name and aren't cached: {Why}")]
    private partial void LogUnknown(string image, string why);
}
