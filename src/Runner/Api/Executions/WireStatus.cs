namespace Twinrunner.Runner.Api;

/// <summary>
/// Documents and the wire have enums of their own, so that one may change without the other; until one does they have the same
/// members in the same order (a test sees to it) and are cast.
/// </summary>
internal static class WireStatus
{
    public static Client.ExecutionStatus ToWire(this Storage.Documents.ExecutionStatus status) => (Client.ExecutionStatus)status;
    public static Storage.Documents.ExecutionStatus FromWire(this Client.ExecutionStatus status) => (Storage.Documents.ExecutionStatus)status;
    public static Client.StepStatus ToWire(this Storage.Documents.StepStatus status) => (Client.StepStatus)status;
    public static Client.FailureReason ToWire(this Storage.Documents.FailureReason reason) => (Client.FailureReason)reason;
    public static Client.CredentialKind ToWire(this Storage.Documents.CredentialKind kind) => (Client.CredentialKind)kind;
    public static Storage.Documents.CredentialKind FromWire(this Client.CredentialKind kind) => (Storage.Documents.CredentialKind)kind;
    public static Client.StepKind ToWire(this Storage.Documents.StepKind kind) => (Client.StepKind)kind;
}
