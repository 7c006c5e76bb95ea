using Twinrunner.Storage.Database;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Storage.Stores;

/// <summary>People. A display name belongs to one of them, as in ODTP.</summary>
public sealed class UserStore(IDocumentDatabase database) : IStore
{
    private readonly DocumentCollection<User> _users = new(database, "users", DocumentJson.Default.User);

    public async Task EnsureIndexesAsync(CancellationToken cancellationToken)
    {
        await _users.EnsureIndexAsync(new("by_name", ["displayName"], Unique: true), cancellationToken).ConfigureAwait(false);
        await _users.EnsureIndexAsync(new("by_email", ["email"]), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>False: the name is taken.</summary>
    public Task<bool> TryInsertAsync(User user, CancellationToken cancellationToken) => _users.TryInsertAsync(user, cancellationToken);

    public Task<User?> GetAsync(Id<User> id, CancellationToken cancellationToken) => _users.GetAsync(id, cancellationToken);

    public Task<User?> FindByNameAsync(string displayName, CancellationToken cancellationToken) =>
        _users.FindOneAsync(Filter.Equal("displayName", displayName), [], cancellationToken);

    public Task<User?> FindByEmailAsync(string email, CancellationToken cancellationToken) =>
        _users.FindOneAsync(Filter.Equal("email", email), [], cancellationToken);

    /// <summary>A page of all users, newest first.</summary>
    public Task<IReadOnlyList<User>> ListAsync(Id<User>? before, int limit, CancellationToken cancellationToken) =>
        _users.NewestAsync(Filter.All, before, limit, cancellationToken);

    /// <summary>Changes it by compare-and-set; null: there is none, or <paramref name="change"/> refused.</summary>
    public Task<User?> UpdateAsync(Id<User> id, Func<User, User?> change, CancellationToken cancellationToken) =>
        _users.UpdateAsync(id, change, cancellationToken);

    public async Task<bool> DeleteAsync(Id<User> id, CancellationToken cancellationToken) =>
        await _users.DeleteAsync(Filter.Equal("_id", id.Value), cancellationToken).ConfigureAwait(false) > 0;
}
