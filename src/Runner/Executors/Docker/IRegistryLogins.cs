using Twinrunner.Runner.Executors.Docker.Engine;

namespace Twinrunner.Runner.Executors.Docker;

/// <summary>Logins of image registries, for what the engine pulls and pushes.</summary>
public interface IRegistryLogins
{
    /// <param name="image">Whose repository it is for: some hosts have a login for each owner.</param>
    /// <returns>Null: there is none.</returns>
    Task<RegistryAuth?> FindAsync(ImageName image, CancellationToken cancellationToken);

    /// <summary>All of them by what the engine calls their hosts: which base images a build will pull, only the engine finds out.</summary>
    Task<IReadOnlyDictionary<string, RegistryAuth>> AllAsync(CancellationToken cancellationToken);
}
