using System.Text.Json.Serialization;

namespace Twinrunner.Client;

/// <summary>
/// How everything on the wire becomes JSON: camelCase, enums by name, nulls left out; duplicate properties and nulls where
/// none may be are refused. A new wire record gets its line here, below its feature. (The generator wants all lines on one
/// declaration: a second partial declaration with attributes stops it. And it gives init-only properties that are left out
/// their type's default over the initializer's, so that those with a default of their own have it in the getter.)
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UseStringEnumConverter = true)]
// Problems
[JsonSerializable(typeof(ProblemView))]
// Executions
[JsonSerializable(typeof(SubmitExecution))]
[JsonSerializable(typeof(RerunExecution))]
[JsonSerializable(typeof(CancelExecution))]
[JsonSerializable(typeof(ExecutionView))]
[JsonSerializable(typeof(Page<ExecutionSummary>))]
[JsonSerializable(typeof(PlanView))]
// Import
[JsonSerializable(typeof(ImportOdtp))]
[JsonSerializable(typeof(ImportReportView))]
// Steps
[JsonSerializable(typeof(StepView))]
[JsonSerializable(typeof(Page<StepView>))]
// Logs
[JsonSerializable(typeof(LogLineView))]
[JsonSerializable(typeof(Page<LogLineView>))]
[JsonSerializable(typeof(ExecutionLogLineView))]
// Outputs
[JsonSerializable(typeof(Page<OutputView>))]
[JsonSerializable(typeof(Page<OutputFileView>))]
// Secrets
[JsonSerializable(typeof(SetSecret))]
[JsonSerializable(typeof(SecretView))]
[JsonSerializable(typeof(Page<SecretView>))]
// Credentials
[JsonSerializable(typeof(SetCredential))]
[JsonSerializable(typeof(CredentialView))]
[JsonSerializable(typeof(Page<CredentialView>))]
// Events
[JsonSerializable(typeof(EventView))]
[JsonSerializable(typeof(Page<EventView>))]
[JsonSerializable(typeof(StreamEnd))]
// Users
[JsonSerializable(typeof(NewUser))]
[JsonSerializable(typeof(ChangeUser))]
[JsonSerializable(typeof(UserView))]
[JsonSerializable(typeof(Page<UserView>))]
// Digital twins
[JsonSerializable(typeof(NewDigitalTwin))]
[JsonSerializable(typeof(ChangeDigitalTwin))]
[JsonSerializable(typeof(DigitalTwinView))]
[JsonSerializable(typeof(Page<DigitalTwinView>))]
// Workflows
[JsonSerializable(typeof(SaveWorkflow))]
[JsonSerializable(typeof(RunWorkflow))]
[JsonSerializable(typeof(WorkflowView))]
[JsonSerializable(typeof(Page<WorkflowView>))]
// Nodes
[JsonSerializable(typeof(NodeView))]
[JsonSerializable(typeof(Page<NodeView>))]
// GitHub
[JsonSerializable(typeof(Page<GitHubQuotaView>))]
// Webhooks
[JsonSerializable(typeof(WebhookView))]
// Components
[JsonSerializable(typeof(NewComponent))]
[JsonSerializable(typeof(ComponentView))]
[JsonSerializable(typeof(ComponentChangeView))]
[JsonSerializable(typeof(Page<ComponentView>))]
[JsonSerializable(typeof(VersionView))]
[JsonSerializable(typeof(YankVersion))]
[JsonSerializable(typeof(SyncRequestView))]
// Zoos
[JsonSerializable(typeof(NewZoo))]
[JsonSerializable(typeof(ZooView))]
[JsonSerializable(typeof(Page<ZooView>))]
[JsonSerializable(typeof(Page<VersionView>))]
// Images
[JsonSerializable(typeof(ImageView))]
[JsonSerializable(typeof(ImageTagsView))]
[JsonSerializable(typeof(ImageRegistriesView))]
[JsonSerializable(typeof(LinkImage))]
[JsonSerializable(typeof(BuildLineView))]
[JsonSerializable(typeof(ImageRequestView))]
public sealed partial class WireJson : JsonSerializerContext;
