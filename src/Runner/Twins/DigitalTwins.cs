using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Runner.Twins;

/// <summary>Digital twins that workflow files and commands name, and the user to whom they belong when nobody else is named.</summary>
public sealed class DigitalTwins(DigitalTwinStore twins, UserStore users, DefaultUser defaultUser, TimeProvider time)
{
    /// <summary>The default user's twin of that name, or null.</summary>
    public async Task<DigitalTwin?> FindAsync(string name, CancellationToken cancellationToken) =>
        await users.FindByNameAsync(defaultUser.Name, cancellationToken) is { } owner
            ? await twins.FindByNameAsync(owner.Id, name, cancellationToken)
            : null;

    /// <summary>The default user's twin of that name, made where it isn't there. Two callers at once get the same one.</summary>
    public async Task<DigitalTwin> EnsureAsync(string name, CancellationToken cancellationToken)
    {
        var owner = await EnsureDefaultUserAsync(cancellationToken);
        while (true)
        {
            if (await twins.FindByNameAsync(owner.Id, name, cancellationToken) is { } found)
                return found;
            var now = time.GetUtcNow();
            var twin = new DigitalTwin { Id = Id<DigitalTwin>.New(time), Name = name, UserRef = owner.Id, CreatedAt = now, UpdatedAt = now };
            if (await twins.TryInsertAsync(twin, cancellationToken))
                return twin;
        }
    }

    public async Task<User> EnsureDefaultUserAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await users.FindByNameAsync(defaultUser.Name, cancellationToken) is { } found)
                return found;
            var now = time.GetUtcNow();
            var user = new User { Id = Id<User>.New(time), DisplayName = defaultUser.Name, CreatedAt = now, UpdatedAt = now };
            if (await users.TryInsertAsync(user, cancellationToken))
                return user;
        }
    }
}
