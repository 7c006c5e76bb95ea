using System.Diagnostics.CodeAnalysis;
using Twinrunner.Runner.Executors.Docker.Engine;

namespace Twinrunner.Runner.Executors.Docker;

/// <summary>Gets the image of a step onto the engine. Where a digest is pinned, nothing else is run, whatever its name means now.</summary>
internal sealed class StepImages(DockerEngine engine, IRegistryLogins logins, TimeProvider time)
{
    /// <exception cref="DockerException">The engine can't be reached.</exception>
    public async Task<ImageOutcome> EnsureAsync(string? reference, string? digest, IStepSink sink, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(reference))
            return ImageOutcome.Failed("The step has no image.");
        if (await FindAsync(reference, digest, cancellationToken) is { } present)
            return present;

        var wanted = digest is null ? reference : $"{ImageName.Parse(reference).Repository}@{digest}";
        var activity = new PullActivity(reference, sink, time, cancellationToken);
        await activity.StartAsync();
        try
        {
            var login = await logins.FindAsync(ImageName.Parse(wanted), cancellationToken);
            await engine.PullImageAsync(wanted, login, activity.AddAsync, cancellationToken);
        }
        catch (DockerException e) when (!e.IsUnreachable)
        {
            var other = digest is null ? null : await engine.FindImageAsync(reference, cancellationToken);
            return ImageOutcome.Failed(EngineFailures.DescribePull(wanted, e)
                + (other is null ? "" : $" (This node has {reference} as {other.Id}, which is not what the step was pinned to.)"));
        }
        return await FindAsync(wanted, digest, cancellationToken)
            ?? ImageOutcome.Failed($"What was pulled as {wanted} is not that image.");
    }

    /// <summary>Null: the engine doesn't have it, or has another under its name.</summary>
    private async Task<ImageOutcome?> FindAsync(string reference, string? digest, CancellationToken cancellationToken)
    {
        var named = await engine.FindImageAsync(reference, cancellationToken);
        if (digest is null)
            return named is null ? null : ImageOutcome.Found(named, reference);
        if (named?.Matches(digest) != true)
            named = await engine.FindImageAsync(digest, cancellationToken);
        if (named?.Matches(digest) != true)
            named = await engine.FindImageAsync($"{ImageName.Parse(reference).Repository}@{digest}", cancellationToken);
        // By id: the name could be moved before the container is created.
        return named?.Matches(digest) == true ? ImageOutcome.Found(named, named.Id) : null;
    }
}

/// <summary>An image that can be run, or why there is none.</summary>
internal sealed record ImageOutcome
{
    [MemberNotNullWhen(true, nameof(Image), nameof(Reference))]
    [MemberNotNullWhen(false, nameof(Message))]
    public bool IsFound => Image is not null;

    public EngineImage? Image { get; private init; }

    /// <summary>By which a container is made from it.</summary>
    public string? Reference { get; private init; }

    public string? Message { get; private init; }

    public static ImageOutcome Found(EngineImage image, string reference) => new() { Image = image, Reference = reference };

    public static ImageOutcome Failed(string message) => new() { Message = message };
}
