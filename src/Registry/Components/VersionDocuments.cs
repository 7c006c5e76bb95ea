using Twinrunner.Registry.Sources;
using Twinrunner.Registry.Sync;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Registry.Components;

/// <summary>Makes the documents that are stored of what was planned.</summary>
internal static class VersionDocuments
{
    /// <summary>What a component says of itself is what its latest version says.</summary>
    public static Component WithLatest(Component component, PlannedVersion latest) => component with
    {
        Author = latest.File.Authors.Count > 0 ? string.Join(", ", latest.File.Authors) : null,
        Type = latest.File.Type,
        Description = latest.File.Description,
        Tags = latest.File.Tags,
        License = latest.File.License,
    };

    /// <summary>With what the repository's host says, where odtp.yml says nothing; the same object where that is nothing, too.</summary>
    public static Component WithFacts(Component component, RepositoryFacts facts)
    {
        if (component.Description is null && facts.Description is not null)
            component = component with { Description = facts.Description };
        if (component.License is null && facts.License is not null)
            component = component with { License = facts.License };
        return component.Tags.Count == 0 && facts.Topics.Count > 0 ? component with { Tags = facts.Topics } : component;
    }

    public static ComponentVersion NewVersion(
        Id<ComponentVersion> id, Component component, PlannedVersion planned, IReadOnlyList<string> warnings, DateTimeOffset now)
    {
        var (file, parts) = (planned.File, planned.File.Parts);
        return new()
        {
            Id = id,
            ComponentId = component.Id,
            Component = new(component.Id, component.Name, component.Repository, file.Type),
            Name = planned.Name,
            Commit = planned.Source.Commit,
            OdtpVersion = file.SchemaVersion,
            // What is not committed can't be in an image that somebody published.
            Image = planned.Source.Kind == SourceKind.Dirty ? null : file.DockerImage,
            Description = file.Description,
            Type = file.Type,
            Tags = file.Tags,
            License = file.License,
            Parameters = parts.Parameters,
            Ports = parts.Ports,
            Secrets = parts.Secrets,
            Devices = parts.Devices,
            Tools = parts.Tools,
            DataInputs = parts.DataInputs,
            DataOutputs = parts.DataOutputs,
            BuildArgs = parts.BuildArgs,
            ParameterSpecs = file.Parameters,
            PortSpecs = file.Ports,
            SecretNames = file.SecretNames,
            Gpu = file.Gpu,
            Command = planned.Command,
            Warnings = [.. planned.Warnings, .. warnings],
            CreatedAt = now,
            UpdatedAt = now,
        };
    }
}
