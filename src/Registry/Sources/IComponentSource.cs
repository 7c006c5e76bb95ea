namespace Twinrunner.Registry.Sources;

/// <summary>A place that a component's versions come from: a git repository, or a folder as it is.</summary>
public interface IComponentSource
{
    /// <summary>Address that is stored: a URL, or an absolute path of this machine.</summary>
    string Repository { get; }

    /// <summary>Folder of the component inside the repository; empty: its root.</summary>
    string Subfolder { get; }

    /// <summary>A name for the component where its odtp.yml gives none.</summary>
    string SuggestedName { get; }

    /// <summary>Looks what is there now.</summary>
    /// <exception cref="SourceException">It can't be reached, or there is nothing of what was selected.</exception>
    Task<SourceListing> ListAsync(SourceSelection selection, CancellationToken cancellationToken);

    /// <summary>Writes the version's files as a tar whose root is the component's folder.</summary>
    /// <exception cref="SourceException">The files are too many or too big, or changed meanwhile.</exception>
    Task<ArchiveReport> WriteArchiveAsync(SourceVersion version, Stream tar, CancellationToken cancellationToken);
}

/// <summary>Which versions to look for.</summary>
/// <param name="Commit">Only this commit: a branch, a tag or (part of) its hash. Null: every tag, and the head where no tag names a version of the component.</param>
/// <param name="Dirty">Only the working tree as it is, with changes that are not committed.</param>
public sealed record SourceSelection(string? Commit = null, bool Dirty = false)
{
    /// <summary>Only tags that match (<c>*</c>, <c>?</c>).</summary>
    public string? TagPattern { get; init; }

    /// <summary>The newest commits of this branch instead of tags, or beside those that <see cref="TagPattern"/> takes.</summary>
    public string? Branch { get; init; }

    /// <summary>Commits without an odtp.yml are versions, too: what it would say is given by hand.</summary>
    public bool WithoutOdtpFile { get; init; }

    /// <summary><see cref="SourceListing.References"/> of an earlier look: if they are the same there is nothing to list.</summary>
    public string? Known { get; init; }

    public static SourceSelection Default { get; } = new();

    /// <summary>One that was asked for once, rather than what is followed.</summary>
    public bool IsByHand => Commit is not null || Dirty;
}

/// <param name="Warnings">About the source as a whole.</param>
public sealed record SourceListing(IReadOnlyList<SourceVersion> Versions, IReadOnlyList<string> Warnings)
{
    /// <summary>Stands for all branches and tags; null: the source has none.</summary>
    public string? References { get; init; }

    /// <summary>Nothing happened since <see cref="SourceSelection.Known"/>; nothing is listed.</summary>
    public bool IsUnchanged { get; init; }
}

/// <summary>A version that could be registered.</summary>
/// <param name="Tag">Name of the git tag; null for the other kinds.</param>
/// <param name="Commit">40 hex digits of git, or 64 of the content's SHA-256 where it isn't committed.</param>
/// <param name="OdtpFile">Bytes of its odtp.yml; cut off above <see cref="Odtp.OdtpFileReader.MaxBytes"/>, so that the reader refuses it. Null: it has none.</param>
public sealed record SourceVersion(SourceKind Kind, string? Tag, string Commit, ReadOnlyMemory<byte>? OdtpFile);

public enum SourceKind
{
    /// <summary>A git tag.</summary>
    Tag,

    /// <summary>A commit that was asked for, or of a branch that is followed.</summary>
    Commit,

    /// <summary>The head's last commit that changed the folder, where no tag names a version of the component.</summary>
    Head,

    /// <summary>A working tree with what is not committed.</summary>
    Dirty,

    /// <summary>A folder that is not in a git repository.</summary>
    Folder,
}

/// <summary>What went into a version's archive.</summary>
/// <param name="Files">Paths of its files and links.</param>
/// <param name="Warnings">What could not go into it, and what a build will miss.</param>
public sealed record ArchiveReport(IReadOnlySet<string> Files, IReadOnlyList<string> Warnings);
