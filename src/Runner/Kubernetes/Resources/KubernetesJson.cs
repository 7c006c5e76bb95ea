using System.Text.Json;
using System.Text.Json.Serialization;

namespace Twinrunner.Runner.Kubernetes.Resources;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Job))]
[JsonSerializable(typeof(Pod))]
[JsonSerializable(typeof(ClusterSecret))]
[JsonSerializable(typeof(Service))]
[JsonSerializable(typeof(Ingress))]
[JsonSerializable(typeof(ResourceList<Job>))]
[JsonSerializable(typeof(ResourceList<Pod>))]
[JsonSerializable(typeof(ResourceList<ClusterSecret>))]
[JsonSerializable(typeof(ResourceList<Service>))]
[JsonSerializable(typeof(ResourceList<Ingress>))]
[JsonSerializable(typeof(ResourceList<ClusterEvent>))]
[JsonSerializable(typeof(ApiStatus))]
[JsonSerializable(typeof(ServerVersion))]
[JsonSerializable(typeof(WatchLine))]
internal sealed partial class KubernetesJson : JsonSerializerContext;

/// <summary>One line of a watch.</summary>
internal sealed record WatchLine(string Type, JsonElement Object);
