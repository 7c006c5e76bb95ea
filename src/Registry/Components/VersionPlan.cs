using System.Text.RegularExpressions;
using Twinrunner.Registry.Odtp;
using Twinrunner.Registry.Sources;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Registry.Components;

/// <summary>What to register: seen × stored → changes. Pure, so that looking again changes nothing.</summary>
/// <param name="New">In semantic order, the latest last.</param>
/// <param name="Warnings">Tags that moved, versions that can't be used.</param>
public sealed partial record VersionPlan(IReadOnlyList<PlannedVersion> New, IReadOnlyList<string> Warnings)
{
    /// <param name="rules">What the user said of the component; null: nothing.</param>
    public static VersionPlan Make(IReadOnlyList<SourceVersion> seen, IReadOnlyList<ComponentVersion> stored, VersionRules? rules)
    {
        List<PlannedVersion> planned = [];
        List<string> warnings = [];
        foreach (var source in seen)
        {
            var reading = source.OdtpFile is { } bytes ? OdtpFileReader.Read(bytes.Span) : ByHand;
            if (reading.File is not { } file)
            {
                warnings.Add($"{source.Tag ?? source.Commit[..12]} is left out. {reading.Error}");
                continue;
            }
            List<string> versionWarnings = [.. reading.Faults.Select(fault => fault.ToString())];
            var name = NameOf(source, file, versionWarnings);
            var ofName = stored.Select(version => (version.Name, version.Commit))
                .Concat(planned.Select(version => (version.Name, version.Source.Commit)))
                .Where(version => version.Name == name || version.Name.StartsWith(name + "+", StringComparison.Ordinal))
                .ToList();
            if (ofName.Exists(version => version.Commit == source.Commit))
                continue;
            if (ofName.FirstOrDefault(version => version.Name == name) is { Name: not null } earlier)
            {
                var suffixed = Suffixed(name, source.Commit, ofName);
                warnings.Add(Moved(source, name, earlier.Commit, suffixed));
                versionWarnings.Add(warnings[^1]);
                name = suffixed;
            }
            planned.Add(new(name, source, WithRules(file, rules, name, source), versionWarnings) { Command = rules?.Command });
        }
        return new([.. planned.OrderBy(version => version.Name, VersionOrder.ByName)], warnings);
    }

    /// <summary>Of a commit without odtp.yml nothing is known but what the user says.</summary>
    private static OdtpReading ByHand { get; } = new(new() { Parts = new() }, []);

    private static OdtpFile WithRules(OdtpFile file, VersionRules? rules, string name, SourceVersion source) => rules?.Image is not { } image
        ? file
        : file with
        {
            DockerImage = image
                .Replace("{version}", source.Tag ?? name, StringComparison.Ordinal)
                .Replace("{commit}", source.Commit, StringComparison.Ordinal),
        };

    private static string NameOf(SourceVersion source, OdtpFile file, List<string> warnings)
    {
        switch (source.Kind)
        {
            case SourceKind.Tag:
                if (file.Version is { } said && SemanticVersion.TryParse(source.Tag!) is not null && !said.TrimStart('v', 'V').Equals(source.Tag!.TrimStart('v', 'V'), StringComparison.Ordinal))
                    warnings.Add($"odtp.yml says component-version '{said}', but the tag is '{source.Tag}'; the tag counts.");
                return source.Tag!;
            case SourceKind.Dirty:
                return $"0.0.0-dirty.{source.Commit[..12]}";
            case SourceKind.Head or SourceKind.Folder when file.Version is { } version && Plain().IsMatch(version):
                return version;
            case SourceKind.Head or SourceKind.Folder when file.Version is not null:
                warnings.Add("component-version is no name for a version (letters, digits, '.', '_', '-', '+'); the commit names it.");
                return source.Commit[..12];
            default:
                return source.Commit[..12];
        }
    }

    /// <summary>Build metadata, in semantic versioning's words: the same version, made of something else.</summary>
    private static string Suffixed(string name, string commit, List<(string Name, string Commit)> taken)
    {
        var digits = 7;
        while (digits < commit.Length && taken.Exists(version => version.Name == $"{name}+{commit[..digits]}"))
            digits++;
        return $"{name}+{commit[..digits]}";
    }

    private static string Moved(SourceVersion source, string name, string earlier, string now) =>
        source.Kind == SourceKind.Tag
            ? $"The tag '{name}' moved from commit {earlier[..12]} to {source.Commit[..12]}. '{name}' goes on meaning the first; the other is registered as '{now}'."
            : $"The files changed but component-version still says '{name}'. '{name}' goes on meaning what it did; the new files are registered as '{now}'.";

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$")]
    private static partial Regex Plain();
}

/// <param name="Warnings">Kept with the version.</param>
public sealed record PlannedVersion(string Name, SourceVersion Source, OdtpFile File, IReadOnlyList<string> Warnings)
{
    /// <summary>What is run in the image in place of its own command.</summary>
    public IReadOnlyList<string>? Command { get; init; }
}
