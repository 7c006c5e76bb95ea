using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Twinrunner.Registry.Odtp;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Registry.Import;

/// <summary>Adds our fields to ODTP's documents of people, twins, components and workflows. Every field of ODTP's stays. Pure.</summary>
internal static class OdtpCatalogue
{
    public static void AddUser(JsonObject user, DateTimeOffset created)
    {
        user.Default("displayName", user.Text("github") ?? user.Text("email") ?? "unnamed");
        AddTimes(user, "created_at", "updated_at", created);
    }

    public static void AddTwin(JsonObject twin, DateTimeOffset created)
    {
        twin.Default("name", "unnamed");
        AddTimes(twin, "created_at", "updated_at", created);
    }

    public static void AddComponent(JsonObject component, DateTimeOffset created)
    {
        component.Default("componentName", component.Text("title") ?? "unnamed");
        component.Default("repoLink", "");
        component.Default("type", "ephemeral");
        AddTimes(component, "created_at", "updated_at", created);
    }

    /// <param name="component">The component as it is stored here.</param>
    /// <returns>What was odd about the parts of odtp.yml that the document holds.</returns>
    public static IReadOnlyList<string> AddVersion(JsonObject version, Component component, DateTimeOffset created)
    {
        var type = version.Text("type") ?? component.Type;
        version.Replace("componentId", component.Id.Value.Node());
        if (version["component"] is not JsonObject summary || summary.Text("componentName") is null || summary.Text("type") is null || summary.Id("componentId") is null)
            version.Replace("component", new JsonObject
            {
                ["componentId"] = component.Id.Value.Node(),
                ["componentName"] = component.Name,
                ["repoLink"] = component.Repository,
                ["type"] = type,
            });
        version.Default("component_version", "unversioned");
        version.Default("commitHash", "");
        version.Default("type", type);
        if (version["imageLink"] is not null && version.Text("imageLink") is null)
            version.Replace("imageLink", null);
        AddTimes(version, "created_at", "updated_at", created);

        var reading = Read(version);
        if (reading.File is not { } file)
            return [$"its parameters can't be read: {reading.Error}"];
        version["parameterSpecs"] = JsonSerializer.SerializeToNode(file.Parameters, DocumentJson.Default.IReadOnlyListParameterSpec);
        version["portSpecs"] = JsonSerializer.SerializeToNode(file.Ports, DocumentJson.Default.IReadOnlyListPortSpec);
        version["secretNames"] = JsonSerializer.SerializeToNode(file.SecretNames, DocumentJson.Default.IReadOnlyListString);
        version["gpu"] = file.Gpu;
        var warnings = reading.Faults.Select(fault => fault.Message).ToList();
        version["warnings"] = JsonSerializer.SerializeToNode<IReadOnlyList<string>>(warnings, DocumentJson.Default.IReadOnlyListString);
        return [];
    }

    /// <param name="versions">Those of its versions that are stored here, in its order.</param>
    public static void AddWorkflow(JsonObject workflow, IReadOnlyList<ComponentVersion> versions, DateTimeOffset created)
    {
        workflow.Default("name", "unnamed");
        workflow.Replace("versions", new JsonArray([.. workflow.Ids("versions").Select(id => JsonValue.Create(id.ToString()))]));
        workflow["rawSpec"] = OdtpWorkflowFile.Write(workflow.Text("name")!, [.. versions.Select(version => new OdtpWorkflowStep(version, new JsonObject(), []))]);
        AddTimes(workflow, "created_at", "updated_at", created);
    }

    public static void AddTimes(JsonObject document, string createdField, string updatedField, DateTimeOffset created)
    {
        if (!document.HasDate(createdField))
            document.Replace(createdField, created.Node());
        if (!document.HasDate(updatedField))
            document.Replace(updatedField, document[createdField]!.DeepClone());
    }

    /// <summary>The parts are odtp.yml's own, turned into JSON; JSON is YAML, so that its reader takes them as they are.</summary>
    private static OdtpReading Read(JsonObject version)
    {
        var file = new JsonObject { ["component-name"] = version["component"]!["componentName"]!.DeepClone() };
        foreach (var part in (string[])["parameters", "ports", "secrets", "devices"])
            if (version[part] is { } written and not JsonObject { Count: 0 } and not JsonArray { Count: 0 })
                file[part] = written.DeepClone();
        return OdtpFileReader.Read(Encoding.UTF8.GetBytes(file.ToJsonString()));
    }
}
