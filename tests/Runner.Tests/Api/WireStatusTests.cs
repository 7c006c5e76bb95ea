namespace Twinrunner.Runner.Tests.Api;

public sealed class WireStatusTests
{
    [Theory]
    [InlineData(typeof(Storage.Documents.ExecutionStatus), typeof(Client.ExecutionStatus))]
    [InlineData(typeof(Storage.Documents.StepStatus), typeof(Client.StepStatus))]
    [InlineData(typeof(Storage.Documents.FailureReason), typeof(Client.FailureReason))]
    [InlineData(typeof(Storage.Documents.StepKind), typeof(Client.StepKind))]
    [InlineData(typeof(Storage.Documents.CredentialKind), typeof(Client.CredentialKind))]
    [InlineData(typeof(Storage.Documents.ImageOrigin), typeof(Client.ImageOrigin))]
    public void The_wire_has_the_members_of_the_documents_in_their_order(Type documents, Type wire)
    {
        Assert.Equal(Enum.GetNames(documents), Enum.GetNames(wire));
        Assert.Equal(Enum.GetValuesAsUnderlyingType(documents), Enum.GetValuesAsUnderlyingType(wire));
    }
}
