using Twinrunner.Registry.Sources;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Registry.Components;

/// <summary>The files of a version: from the object store, or, where they are not there, once more from its repository at its commit.</summary>
public sealed class VersionFiles
{
    private readonly SourceArchives _archives;
    private readonly ComponentStore _components;
    private readonly ComponentSources _sources;

    internal VersionFiles(SourceArchives archives, ComponentStore components, ComponentSources sources) =>
        (_archives, _components, _sources) = (archives, components, sources);

    /// <summary>The tar, or null when it is gone.</summary>
    public Task<Stream?> OpenAsync(ComponentVersion version, CancellationToken cancellationToken) =>
        _archives.OpenAsync(version.ComponentId, version.Commit, cancellationToken);

    /// <summary>Stores them once more. Returns why that can't be, in a sentence; null: they are there.</summary>
    public async Task<string?> RestoreAsync(ComponentVersion version, CancellationToken cancellationToken)
    {
        if (await _components.GetAsync(version.ComponentId, cancellationToken) is not { } component)
            return "Its component is gone from the catalogue.";
        try
        {
            var source = _sources.Open(component.Repository, component.Subfolder);
            var listing = await source.ListAsync(new(version.Commit) { WithoutOdtpFile = true }, cancellationToken);
            if (listing.Versions.FirstOrDefault(one => one.Commit == version.Commit) is not { } found)
                return $"{component.Repository} has no commit {version.Commit} any more.";
            await _archives.StoreAsync(component.Id, source, found, cancellationToken);
            return null;
        }
        catch (SourceException exception)
        {
            return exception.Message;
        }
    }
}
