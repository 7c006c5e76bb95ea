using System.Text.Json.Serialization;

namespace Twinrunner.Client;

/// <summary>A component: a repository, or a folder of one, with an odtp.yml.</summary>
public sealed record ComponentView
{
    public required string Id { get; init; }
    public required string Href { get; init; }

    /// <summary>Unique; workflow files name a version as <c>name@version</c>.</summary>
    public required string Name { get; init; }

    /// <summary>URL, or absolute path on the server's machine.</summary>
    public required string Repository { get; init; }

    /// <summary>Folder inside the repository; left out: its root.</summary>
    public string? Subfolder { get; init; }

    /// <summary><c>ephemeral</c>, <c>interactive</c>, <c>persistent</c> or <c>api</c>.</summary>
    public required string Type { get; init; }

    public string? Author { get; init; }
    public string? Description { get; init; }
    public IReadOnlyList<string> Tags { get; init; } = [];
    public int VersionCount { get; init; }
    public bool Deprecated { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    public required string VersionsHref { get; init; }
}

/// <summary>A component to add. Adding one that is there looks for new versions of it.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record NewComponent
{
    /// <summary>
    /// A git URL, or an absolute path of a git repository or a folder, <b>on the machine of the server</b>: a client on another machine
    /// can't name its own folders.
    /// </summary>
    public required string Path { get; init; }

    /// <summary>Left out: what its odtp.yml says.</summary>
    public string? Name { get; init; }

    /// <summary>Folder of the component inside the repository.</summary>
    public string? Subfolder { get; init; }

    /// <summary>Register this commit (branch, tag or hash) instead of every tag.</summary>
    public string? Commit { get; init; }

    /// <summary>Register the working tree with what is not committed.</summary>
    public bool Dirty { get; init; }
}

/// <summary>What adding or refreshing brought.</summary>
public sealed record ComponentChangeView
{
    public required ComponentView Component { get; init; }

    /// <summary>False: it was there already.</summary>
    public bool Created { get; init; }

    /// <summary>Versions that are new, the latest last.</summary>
    public IReadOnlyList<VersionView> Added { get; init; } = [];

    /// <summary>Tags that moved, versions that were left out, changes that are not committed.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
