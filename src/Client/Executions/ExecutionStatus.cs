using System.Text.Json.Serialization;

namespace Twinrunner.Client;

[JsonConverter(typeof(JsonStringEnumConverter<ExecutionStatus>))]
public enum ExecutionStatus { Queued, Running, Paused, Succeeded, Failed, Cancelled }
