using Twinrunner.Registry.ImageRegistries;
using Twinrunner.TestKit;
using Twinrunner.TestKit.ImageRegistries;

namespace Twinrunner.Registry.Tests.Support;

/// <summary>The registry beside a stand-in of Docker Hub, GitHub's packages and any other image registry.</summary>
public abstract class ImageRegistryTest : IAsyncLifetime
{
    protected const string Name = "odtp/loader";

    protected ManualTime Time { get; } = new();
    protected TestImageRegistry Images { get; private set; } = null!;
    protected TestRegistry Registry { get; private set; } = null!;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public virtual async ValueTask InitializeAsync()
    {
        Images = await TestImageRegistry.StartAsync(Token);
        Registry = await TestRegistry.StartAsync(
            options =>
            {
                options.PrivateHosts = ["127.0.0.1", "localhost"];
                options.GitHubPackages = Images.Host;
                options.DockerHubRegistry = options.DockerHubApi = Images.Address;
            },
            time: Time);
    }

    public async ValueTask DisposeAsync()
    {
        await Registry.DisposeAsync();
        await Images.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected static ImageReference Parse(string text) =>
        ImageReference.TryParse(text, out var reference, out var fault) ? reference : throw new FormatException(fault);
}
