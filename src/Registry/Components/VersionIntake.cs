using Twinrunner.Registry.Sources;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Registry.Components;

/// <summary>Registers planned versions. Doing it again, or from two processes at once, registers each once.</summary>
internal sealed class VersionIntake(VersionStore versions, SourceArchives archives, RegistryEvents events, TimeProvider time)
{
    private const int PageSize = 500;

    /// <summary>All versions of a component, the latest first.</summary>
    public async Task<IReadOnlyList<ComponentVersion>> ListAsync(Id<Component> component, CancellationToken cancellationToken)
    {
        List<ComponentVersion> found = [];
        while (true)
        {
            var page = await versions.FindByComponentAsync(component, found.Count > 0 ? found[^1].Id : null, PageSize, cancellationToken);
            found.AddRange(page);
            if (page.Count < PageSize)
                return VersionOrder.LatestFirst(found);
        }
    }

    /// <summary>The same versions as they are stored now.</summary>
    public Task<IReadOnlyList<ComponentVersion>> ReadAsync(IReadOnlyList<ComponentVersion> same, CancellationToken cancellationToken) =>
        versions.GetManyAsync([.. same.Select(version => version.Id)], cancellationToken);

    /// <summary>Stores the files of each version before anything names it. A version whose files can't be stored holds up no other.</summary>
    /// <param name="warnings">Gets those that were left out.</param>
    public async Task<IReadOnlyList<ComponentVersion>> StoreAsync(
        Component component, IComponentSource source, IReadOnlyList<PlannedVersion> planned, List<string> warnings, CancellationToken cancellationToken)
    {
        List<ComponentVersion> stored = [];
        foreach (var version in planned)
        {
            try
            {
                var report = await archives.StoreAsync(component.Id, source, version.Source, cancellationToken);
                List<string> notes = [.. report.Warnings];
                if (!report.Files.Contains("Dockerfile") && version.File.DockerImage is null)
                    notes.Add("There is neither a Dockerfile nor a component-docker-image: this version can't run in a container.");
                stored.Add(VersionDocuments.NewVersion(Id<ComponentVersion>.New(time), component, version, notes, time.GetUtcNow()));
            }
            catch (SourceException exception)
            {
                warnings.Add($"{version.Name} is left out. {exception.Message}");
            }
        }
        return stored;
    }

    /// <summary>Makes them known.</summary>
    public async Task InsertAsync(IReadOnlyList<ComponentVersion> stored, CancellationToken cancellationToken)
    {
        foreach (var version in stored)
            if (await versions.TryInsertAsync(version, cancellationToken))
                await events.TellAsync("component.version", $"{version.Component.ComponentName} {version.Name}, commit {version.Commit[..12]}", cancellationToken);
    }
}
