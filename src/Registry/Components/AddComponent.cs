using Twinrunner.Storage.Documents;

namespace Twinrunner.Registry.Components;

/// <summary>Where a component is and what of it to register.</summary>
/// <param name="Address">Absolute path on this machine, or git URL.</param>
/// <param name="Name">Null: what its odtp.yml says.</param>
/// <param name="Commit">Register this commit (branch, tag, hash) instead of what is followed.</param>
/// <param name="Dirty">Register the working tree with what is not committed.</param>
public sealed record AddComponent(string Address, string? Name = null, string? Subfolder = null, string? Commit = null, bool Dirty = false)
{
    /// <summary>What becomes a version, from now on; null: as before, for a new component every tag.</summary>
    public VersionRules? Rules { get; init; }

    /// <summary>Time between two looks; zero: only when somebody asks; null: as before, for a new component as the server is set.</summary>
    public TimeSpan? SyncInterval { get; init; }
}
