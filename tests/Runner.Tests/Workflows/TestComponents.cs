using Twinrunner.Runner.Workflows;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Tests.Workflows;

/// <summary>A catalogue with a loader in several versions and an interactive page.</summary>
internal static class TestComponents
{
    public static Catalogue Catalogue()
    {
        var loader = Component(901, "loader", "ephemeral");
        var page = Component(902, "page", "interactive");
        return new([loader, page],
        [
            Version(911, loader, "v1.2.0") with
            {
                Image = "twin/loader:1.2.0",
                ImageDigest = "sha256:" + new string('1', 64),
                Gpu = true,
                SecretNames = ["API_KEY"],
                ParameterSpecs =
                [
                    new("CITY", "string", null, false, null, ["Zurich", "Bern"], false, null, null),
                    new("COUNT", "integer", "10", false, null, [], false, 1, double.PositiveInfinity),
                    new("TITLE", "string", "none", false, null, [], false, null, null),
                    new("RELEASE", "string", null, true, null, [], false, null, null),
                    new("DRY", "boolean", "False", false, null, [], false, null, null),
                    new("NOTHING", "string", "something", false, null, [], false, null, null),
                    new("OPTIONAL", "string", null, true, null, [], false, null, null),
                    new("MODE", "string", "fast", false, null, ["fast", "slow"], true, null, null),
                ],
            },
            Version(912, loader, "v1.10.0-rc.1"),
            Version(913, loader, "v0.9.0") with { ParameterSpecs = [new("SHARE", "number", null, false, null, [], false, 0, 1)] },
            Version(914, page, "0.1.0") with { Type = "interactive", PortSpecs = [new(8080, null, "web")] },
        ]);
    }

    /// <summary>A component <c>tool</c> with versions of these names, of which some are yanked.</summary>
    public static Catalogue WithTool(string[] names, string[] yanked)
    {
        var tool = Component(903, "tool", "ephemeral");
        return new([tool], names.Select((name, i) => Version(921 + i, tool, name) with { Image = "twin/tool", YankReason = yanked.Contains(name) ? "loses rows" : null, Command = ["tool", "--all"] }));
    }

    private static Component Component(int id, string name, string type) => new()
    {
        Id = new(Planned.CountedId(id)),
        Name = name,
        Repository = $"https://example.org/{name}",
        Type = type,
        CreatedAt = Planned.Now,
        UpdatedAt = Planned.Now,
    };

    private static ComponentVersion Version(int id, Component component, string name) => new()
    {
        Id = new(Planned.CountedId(id)),
        ComponentId = component.Id,
        Component = new(component.Id, component.Name, component.Repository, component.Type),
        Name = name,
        Commit = id.ToString("x40"),
        Type = component.Type,
        CreatedAt = Planned.Now,
        UpdatedAt = Planned.Now,
    };
}
