using Twinrunner.Registry.Git;

namespace Twinrunner.Registry.Sources;

/// <summary>Finds out what kind of source an address is. A new kind of source is a new case here.</summary>
internal sealed class ComponentSources(GitMirrors mirrors, GitCommand git, RegistryOptions options)
{
    /// <exception cref="SourceException">The address means nothing or leads nowhere.</exception>
    public IComponentSource Open(string address, string? subfolder)
    {
        var parsed = SourceAddress.Parse(address, subfolder);
        if (parsed.Kind != SourceAddressKind.GitUrl && !options.LocalSources)
            throw SourceAddress.LocalRefused();
        return parsed.Kind == SourceAddressKind.Folder
            ? new FolderSource(parsed.Repository, options)
            : new GitSource(parsed, mirrors.Of(parsed.Repository), git, options);
    }
}
