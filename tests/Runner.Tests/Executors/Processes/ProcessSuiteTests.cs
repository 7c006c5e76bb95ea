using Twinrunner.Runner.Executors;
using Twinrunner.Runner.Executors.Processes;
using Twinrunner.TestKit.Executors;

namespace Twinrunner.Runner.Tests.Executors.Processes;

public sealed class ProcessSuiteTests : ExecutorSuite
{
    protected override async Task<IStepExecutor> OpenAsync()
    {
        var executor = new ProcessExecutor(new() { Folder = Path.Combine(Rig.Root, "processes") }, TimeProvider.System);
        if (await executor.CheckAsync(Cancel) is { } missing)
            Assert.Skip(missing);
        return executor;
    }
}
