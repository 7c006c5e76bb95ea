namespace Twinrunner.Client;

public sealed partial class RunnerClient
{
    private const string DigitalTwins = Api + "digital-twins";

    public Task<DigitalTwinView> CreateDigitalTwinAsync(NewDigitalTwin twin, CancellationToken cancellationToken) =>
        PostAsync(DigitalTwins, twin, WireJson.Default.NewDigitalTwin, WireJson.Default.DigitalTwinView, cancellationToken);

    /// <summary>Digital twins, newest first.</summary>
    /// <param name="user">Only those of this user (id).</param>
    /// <param name="name">Only the one of this name; without a user, the default user's.</param>
    public Task<Page<DigitalTwinView>> ListDigitalTwinsAsync(string? user, string? name, string? after, int? limit, CancellationToken cancellationToken) =>
        GetAsync(
            Query(DigitalTwins, ("user", user), ("name", name), ("after", after), ("limit", limit?.ToString())),
            WireJson.Default.PageDigitalTwinView, cancellationToken);

    /// <summary>Null: there is no such digital twin.</summary>
    public Task<DigitalTwinView?> FindDigitalTwinAsync(string id, CancellationToken cancellationToken) =>
        FindAsync($"{DigitalTwins}/{Part(id)}", WireJson.Default.DigitalTwinView, cancellationToken);

    public Task<DigitalTwinView> ChangeDigitalTwinAsync(string id, ChangeDigitalTwin change, CancellationToken cancellationToken) =>
        PatchAsync($"{DigitalTwins}/{Part(id)}", change, WireJson.Default.ChangeDigitalTwin, WireJson.Default.DigitalTwinView, cancellationToken);
}
