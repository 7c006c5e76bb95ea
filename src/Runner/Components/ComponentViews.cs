using Twinrunner.Client;
using Twinrunner.Registry.Components;
using Twinrunner.Runner.Api;
using Twinrunner.Runner.Images;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Components;

/// <summary>Components and versions as they go over the wire.</summary>
internal static class ComponentViews
{
    public static ComponentView ToView(this Component component) => new()
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
        VersionCount = component.Versions.Count,
        Deprecated = component.Deprecated,
        CreatedAt = component.CreatedAt,
        UpdatedAt = component.UpdatedAt,
        VersionsHref = Hrefs.Component(component.Id) + "/versions",
    };

    public static ComponentChangeView ToView(this ComponentOutcome.Done done) => new()
    {
        Component = done.Component.ToView(),
        Created = done.Created,
        Added = [.. done.Added.Select(ToView)],
        Warnings = done.Warnings,
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
