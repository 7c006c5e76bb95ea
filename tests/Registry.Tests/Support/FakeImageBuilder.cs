using System.Collections.Concurrent;
using System.Formats.Tar;
using Twinrunner.Registry.Images;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Registry.Tests.Support;

/// <summary>An engine that remembers what it was asked to build.</summary>
public sealed class FakeImageBuilder : IImageBuilder
{
    private int _builds;

    /// <summary>Reference or digest → digest.</summary>
    public ConcurrentDictionary<string, string> Images { get; } = new();

    public ConcurrentQueue<ImageBuild> Builds { get; } = new();

    /// <summary>Paths in the last context.</summary>
    public IReadOnlyList<string> Context { get; private set; } = [];

    /// <summary>Images that can be pulled, with their digests.</summary>
    public Dictionary<string, string> Published { get; } = [];

    /// <summary>What happens in a build after its context was read; null: it succeeds.</summary>
    public Func<IBuildProgress, CancellationToken, Task<ImageResult?>>? OnBuild { get; set; }

    public Task<string?> FindAsync(string reference, CancellationToken cancellationToken) => Task.FromResult(Images.GetValueOrDefault(reference));

    public Task<ImageResult> PullAsync(string reference, IBuildProgress progress, CancellationToken cancellationToken)
    {
        if (!Published.TryGetValue(reference, out var digest))
            return Task.FromResult(ImageResult.Failed(FailureReason.ImagePull, $"There is no image '{reference}'."));
        Images[reference] = digest;
        Images[$"{reference.Split(':')[0]}@{digest}"] = digest;
        return Task.FromResult(ImageResult.Ready(reference, digest));
    }

    /// <summary>Why nothing can be pushed; null: it can.</summary>
    public string? PushFailure { get; set; }

    public Task<ImageResult> PushAsync(string reference, string target, IBuildProgress progress, CancellationToken cancellationToken)
    {
        if (PushFailure is { } failure)
            return Task.FromResult(ImageResult.Failed(FailureReason.Infrastructure, failure));
        var digest = $"sha256:pushed-{Images[reference][7..]}";
        Images[$"{target[..target.LastIndexOf(':')]}@{digest}"] = digest;
        return Task.FromResult(ImageResult.Ready(target, digest));
    }

    public async Task<ImageResult> BuildAsync(ImageBuild build, Stream context, IBuildProgress progress, CancellationToken cancellationToken)
    {
        Builds.Enqueue(build);
        List<string> paths = [];
        await using (var tar = new TarReader(context, leaveOpen: true))
            while (await tar.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
                paths.Add(entry.Name);
        Context = paths;
        if (OnBuild is { } onBuild && await onBuild(progress, cancellationToken) is { } result)
            return result;
        var digest = $"sha256:{Interlocked.Increment(ref _builds):x64}";
        Images[build.Reference] = digest;
        Images[digest] = digest;
        return ImageResult.Ready(build.Reference, digest);
    }
}
