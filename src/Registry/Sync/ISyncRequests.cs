namespace Twinrunner.Registry.Sync;

/// <summary>Asks for a look at a repository before its time, as a webhook does.</summary>
public interface ISyncRequests
{
    /// <summary>Makes the components of a repository due now. The address may have any form that a host gives: https, ssh, scp, with or without <c>.git</c>.</summary>
    /// <returns>How many components that are.</returns>
    Task<int> RequestAsync(string repository, CancellationToken cancellationToken);

    /// <summary>Makes all components that are followed due now.</summary>
    /// <returns>How many those are.</returns>
    Task<int> RequestAllAsync(CancellationToken cancellationToken);
}
