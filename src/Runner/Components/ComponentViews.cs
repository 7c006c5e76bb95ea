using Twinrunner.Client;
using Twinrunner.Registry.Components;
using Twinrunner.Registry.GitHub;
using Twinrunner.Runner.Api;
using Twinrunner.Runner.Images;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Components;

/// <summary>Components and versions as they go over the wire.</summary>
internal static class ComponentViews
{
    /// <param name="sync">Null: it was never looked at.</param>
    public static ComponentView ToView(this Component component, ComponentSync? sync) => new()
    {
        Id = component.Id.ToString(),
        Href = Hrefs.Component(component.Id),
        Name = component.Name,
        Repository = component.Repository,
        Subfolder = component.Subfolder.Length > 0 ? component.Subfolder : null,
        Type = component.Type,
        Author = component.Author,
        Description = component.Description,
        Tags = component.Tags,
        License = component.License,
        VersionCount = component.Versions.Count,
        Deprecated = component.Deprecated,
        Pending = component.Pending,
        Rules = component.Rules is { } rules ? new() { Tags = rules.TagPattern, Branch = rules.Branch, Image = rules.Image, Command = rules.Command } : null,
        Sync = sync?.ToView(component),
        CreatedAt = component.CreatedAt,
        UpdatedAt = component.UpdatedAt,
        VersionsHref = Hrefs.Component(component.Id) + "/versions",
    };

    public static VersionRules ToRules(this VersionRulesView rules) =>
        new() { TagPattern = rules.Tags, Branch = rules.Branch, Image = rules.Image, Command = rules.Command };

    public static ComponentChangeView ToView(this ComponentChange change, ComponentSync? sync) => new()
    {
        Component = change.Component.ToView(sync),
        Created = change.Created,
        Looking = change.Looking,
        Added = [.. change.Added.Select(ToView)],
        Warnings = change.Warnings,
    };

    private static ComponentSyncView ToView(this ComponentSync sync, Component component) => new()
    {
        State = sync switch
        {
            { RequestedAt: not null } or { LookedAt: null, NextAt: not null } => "due",
            { Failure: not null } => "failing",
            { NextAt: null } => "manual",
            _ => "ok",
        },
        Seconds = component.SyncSeconds,
        LookedAt = sync.LookedAt,
        ChangedAt = sync.ChangedAt,
        NextAt = sync.NextAt,
        Failure = sync.Failure,
        Failures = sync.Failures,
        FailingSince = sync.FailingSince,
        Warnings = [.. sync.Warnings, .. sync.ImageWarnings],
    };

    /// <param name="releases">By tag.</param>
    public static VersionView ToView(this ComponentVersion version, IReadOnlyDictionary<string, GitHubRelease> releases) => version.ToView() with
    {
        // Whoever follows the address shall not run a script by it.
        Release = releases.GetValueOrDefault(version.Name) is { } release && Uri.TryCreate(release.HtmlUrl, UriKind.Absolute, out var url) && url.Scheme is "https" or "http"
            ? new(release.HtmlUrl, release.Title, release.IsPrerelease, release.PublishedAt)
            : null,
    };

    public static VersionView ToView(this ComponentVersion version) => new()
    {
        Id = version.Id.ToString(),
        Href = Hrefs.Version(version.ComponentId, version.Id),
        ComponentId = version.ComponentId.ToString(),
        ComponentName = version.Component.ComponentName,
        ComponentHref = Hrefs.Component(version.ComponentId),
        Name = version.Name,
        Commit = version.Commit,
        OdtpVersion = version.OdtpVersion,
        Type = version.Type,
        Description = version.Description,
        License = version.License,
        Tags = version.Tags,
        Image = version.Image,
        ImageDigest = version.ImageDigest,
        ImageOrigin = (Client.ImageOrigin?)version.ImageOrigin,
        ImageFailure = version.ImageFailure,
        PublishedImage = version.ToImageView(),
        Parameters = [.. version.ParameterSpecs.Select(ToView)],
        Ports = [.. version.PortSpecs.Select(port => new PortView(port.Container, port.Host, port.Name, port.Protocol))],
        Secrets = version.SecretNames,
        Gpu = version.Gpu,
        DataInputs = version.DataInputs,
        DataOutputs = version.DataOutputs,
        Tools = version.Tools,
        Warnings = version.Warnings,
        Deprecated = version.Deprecated,
        YankReason = version.YankReason,
        YankedAt = version.YankedAt,
        Command = version.Command,
        CreatedAt = version.CreatedAt,
        UpdatedAt = version.UpdatedAt,
        BuildLogHref = Hrefs.Version(version.ComponentId, version.Id) + "/build-log",
    };

    private static ParameterView ToView(ParameterSpec parameter) => new(
        parameter.Name,
        parameter.Type,
        Required: parameter.Default is null && !parameter.HasNullDefault,
        parameter.Default,
        parameter.Description,
        parameter.Options.Count > 0 ? parameter.Options : null,
        parameter.AllowCustomValue,
        parameter.Minimum,
        parameter.Maximum);
}

/// <summary>What came of adding or refreshing a component.</summary>
/// <param name="Looking">The look goes on.</param>
internal sealed record ComponentChange(
    Component Component, bool Created, bool Looking, IReadOnlyList<ComponentVersion> Added, IReadOnlyList<string> Warnings);
