namespace Twinrunner.Registry.Components;

/// <summary>Where a component is and what of it to register.</summary>
/// <param name="Address">Absolute path on this machine, or git URL.</param>
/// <param name="Name">Null: what its odtp.yml says.</param>
/// <param name="Commit">Register this commit (branch, tag, hash) instead of every tag.</param>
/// <param name="Dirty">Register the working tree with what is not committed.</param>
public sealed record AddComponent(string Address, string? Name = null, string? Subfolder = null, string? Commit = null, bool Dirty = false);
