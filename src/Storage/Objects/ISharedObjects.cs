namespace Twinrunner.Storage.Objects;

/// <summary>What an object store can do besides that the users of a server reach, too.</summary>
public interface ISharedObjects
{
    /// <summary>An address at which anyone may fetch the object for a while, in ranges as well, as bytes to be saved. Null: users don't reach the store.</summary>
    /// <param name="disposition">Value of the header <c>Content-Disposition</c> that comes with it: the name to save it under.</param>
    Task<Uri?> ShareAsync(string key, string disposition, TimeSpan lifetime, CancellationToken cancellationToken);
}
