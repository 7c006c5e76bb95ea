using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Twinrunner.Runner.Twins;

/// <summary>Who owns a digital twin when nobody else is named.</summary>
/// <param name="Name">Display name of the user, who is made on first use.</param>
public sealed record DefaultUser(string Name)
{
    public static readonly DefaultUser Local = new("local");
}

public static class TwinsSetup
{
    /// <summary>Digital twins by name; a <see cref="DefaultUser"/> that is registered before is kept.</summary>
    public static IServiceCollection AddDigitalTwins(this IServiceCollection services)
    {
        services.TryAddSingleton(DefaultUser.Local);
        services.TryAddSingleton<DigitalTwins>();
        return services;
    }
}
