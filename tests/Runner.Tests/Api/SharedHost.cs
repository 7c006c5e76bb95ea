using Twinrunner.TestKit;

namespace Twinrunner.Runner.Tests.Api;

/// <summary>One server for all tests of a class, where none of them changes what the others see.</summary>
public sealed class SharedHost : IAsyncLifetime
{
    public TestHost Host { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Host = await TestHost.StartAsync(TestContext.Current.CancellationToken);
    public ValueTask DisposeAsync() => Host.DisposeAsync();
}
