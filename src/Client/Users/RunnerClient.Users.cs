namespace Twinrunner.Client;

public sealed partial class RunnerClient
{
    private const string Users = Api + "users";

    public Task<UserView> CreateUserAsync(NewUser user, CancellationToken cancellationToken) =>
        PostAsync(Users, user, WireJson.Default.NewUser, WireJson.Default.UserView, cancellationToken);

    /// <summary>Users, newest first.</summary>
    /// <param name="name">Only the user of this name.</param>
    public Task<Page<UserView>> ListUsersAsync(string? name, string? after, int? limit, CancellationToken cancellationToken) =>
        GetAsync(Query(Users, ("name", name), ("after", after), ("limit", limit?.ToString())), WireJson.Default.PageUserView, cancellationToken);

    /// <summary>Null: there is no such user.</summary>
    public Task<UserView?> FindUserAsync(string id, CancellationToken cancellationToken) =>
        FindAsync($"{Users}/{Part(id)}", WireJson.Default.UserView, cancellationToken);

    public Task<UserView> ChangeUserAsync(string id, ChangeUser change, CancellationToken cancellationToken) =>
        PatchAsync($"{Users}/{Part(id)}", change, WireJson.Default.ChangeUser, WireJson.Default.UserView, cancellationToken);
}
