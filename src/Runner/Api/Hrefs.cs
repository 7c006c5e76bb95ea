using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Api;

/// <summary>Where things are: the paths in every <c>href</c>.</summary>
public static class Hrefs
{
    public static string Execution(Id<Execution> id) => $"{ApiSetup.Prefix}/executions/{id}";
    public static string Step(Id<Step> id) => $"{ApiSetup.Prefix}/steps/{id}";
    public static string User(Id<User> id) => $"{ApiSetup.Prefix}/users/{id}";
    public static string DigitalTwin(Id<DigitalTwin> id) => $"{ApiSetup.Prefix}/digital-twins/{id}";
    public static string Workflow(string name) => $"{ApiSetup.Prefix}/workflows/{Uri.EscapeDataString(name)}";
    public static string Component(Id<Component> id) => $"{ApiSetup.Prefix}/components/{id}";
    public static string Version(Id<Component> component, Id<ComponentVersion> id) => $"{Component(component)}/versions/{id}";
    public static string Zoo(Id<Zoo> id) => $"{ApiSetup.Prefix}/zoos/{id}";
    public static string Node(Id<Node> id) => $"{ApiSetup.Prefix}/nodes/{id}";
}
