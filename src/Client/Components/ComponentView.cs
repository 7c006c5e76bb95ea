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
    public string? License { get; init; }
    public int VersionCount { get; init; }
    public bool Deprecated { get; init; }

    /// <summary>Its repository was not read yet: the name may change.</summary>
    public bool Pending { get; init; }

    /// <summary>What becomes a version; left out: every tag with an odtp.yml, and the head where no tag names a version.</summary>
    public VersionRulesView? Rules { get; init; }

    /// <summary>How following its repository goes; left out: it was never looked at.</summary>
    public ComponentSyncView? Sync { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    public required string VersionsHref { get; init; }
}

/// <summary>What of a repository becomes a version of the component.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record VersionRulesView
{
    /// <summary>Only tags that match: <c>*</c> stands for any characters, <c>?</c> for one.</summary>
    public string? Tags { get; init; }

    /// <summary>The newest commits of this branch become versions; tags don't, unless <see cref="Tags"/> is given, too.</summary>
    public string? Branch { get; init; }

    /// <summary>Image of a component without an odtp.yml. <c>{version}</c> and <c>{commit}</c> stand for each version's.</summary>
    public string? Image { get; init; }

    /// <summary>What is run in the image in place of its own command.</summary>
    public IReadOnlyList<string>? Command { get; init; }
}

/// <summary>How following a component's repository goes.</summary>
public sealed record ComponentSyncView
{
    /// <summary><c>ok</c>, <c>failing</c>, <c>due</c> (a look is asked for or goes on) or <c>manual</c> (looked at only when somebody asks).</summary>
    public required string State { get; init; }

    /// <summary>Seconds between two looks; 0: only when somebody asks; left out: as the server is set.</summary>
    public long? Seconds { get; init; }

    public DateTimeOffset? LookedAt { get; init; }

    /// <summary>When a look last brought a new version.</summary>
    public DateTimeOffset? ChangedAt { get; init; }

    public DateTimeOffset? NextAt { get; init; }

    /// <summary>Why the last look failed.</summary>
    public string? Failure { get; init; }

    /// <summary>Looks that failed one after the other, and the first of them.</summary>
    public int Failures { get; init; }

    public DateTimeOffset? FailingSince { get; init; }

    /// <summary>What was odd at the last look.</summary>
    public IReadOnlyList<string> Warnings { get => field ?? []; init; }
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

    /// <summary>What becomes a version, from now on; left out: as before, for a new component every tag.</summary>
    public VersionRulesView? Rules { get; init; }

    /// <summary>Seconds between two looks at the repository, at least 60; 0: only when somebody asks; left out: as before, for a new component as the server is set.</summary>
    public long? SyncSeconds { get; init; }
}

/// <summary>What adding or refreshing brought.</summary>
public sealed record ComponentChangeView
{
    public required ComponentView Component { get; init; }

    /// <summary>False: it was there already.</summary>
    public bool Created { get; init; }

    /// <summary>The look goes on; <see cref="ComponentView.Sync"/> will say how it ended.</summary>
    public bool Looking { get; init; }

    /// <summary>Versions that are new, the latest last.</summary>
    public IReadOnlyList<VersionView> Added { get; init; } = [];

    /// <summary>Tags that moved, versions that were left out, changes that are not committed.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>How many components will be looked at.</summary>
public sealed record SyncRequestView(int Requested);
