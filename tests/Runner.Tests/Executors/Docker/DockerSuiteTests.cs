using Microsoft.Extensions.Logging.Abstractions;
using Twinrunner.Runner.Executors;
using Twinrunner.Runner.Executors.Docker;
using Twinrunner.Runner.Executors.Docker.Engine;
using Twinrunner.TestKit.Executors;

namespace Twinrunner.Runner.Tests.Executors.Docker;

public sealed class DockerSuiteTests : ExecutorSuite
{
    protected override async Task<IStepExecutor> OpenAsync()
    {
        var engine = await TestEngine.OpenAsync(Cancel);
        Rig.Image = await TestEngine.EnsureImageAsync(engine, Cancel);
        return new DockerExecutor(engine, new() { Installation = "test-" + Rig.Execution }, new DockerConfigLogins(null), TimeProvider.System, NullLogger<DockerExecutor>.Instance);
    }
}
