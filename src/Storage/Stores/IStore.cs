namespace Twinrunner.Storage.Stores;

/// <summary>A named store: the only code that touches its collection.</summary>
public interface IStore
{
    /// <summary>Creates the indexes that its queries need, where they aren't there yet.</summary>
    Task EnsureIndexesAsync(CancellationToken cancellationToken);
}
