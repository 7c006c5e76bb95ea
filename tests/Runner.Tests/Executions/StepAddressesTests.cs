using Twinrunner.Runner.Executions;
using Twinrunner.Storage.Documents;
using Twinrunner.TestKit;

namespace Twinrunner.Runner.Tests.Executions;

public sealed class StepAddressesTests
{
    private static readonly Step Step = TestSteps.Make("atlas", StepStatus.Ready) with { PublishedPorts = new Dictionary<string, int> { ["8080"] = 33000, ["9000"] = 9000 } };

    [Fact]
    public void A_port_is_found_on_its_node_or_in_its_cluster()
    {
        Assert.Equal(["http://127.0.0.1:33000", "http://127.0.0.1:9000"], Step.Addresses().Values);
        Assert.Equal("http://atlas.steps.svc:9000", (Step with { ServiceHost = "atlas.steps.svc" }).Addresses()["9000"]);
    }

    [Fact]
    public void A_public_address_goes_before_it()
    {
        var step = Step with { ServiceHost = "atlas.steps.svc", PublicAddresses = new Dictionary<string, string> { ["8080"] = "https://atlas.lab.org" } };
        Assert.Equal(["https://atlas.lab.org", "http://atlas.steps.svc:9000"], step.Addresses().Values);
    }

    [Fact]
    public void What_does_not_serve_has_none() => Assert.Empty((Step with { PublishedPorts = null }).Addresses());
}
