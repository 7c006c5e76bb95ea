namespace Twinrunner.Runner.Executors.Docker.Engine;

public sealed partial class DockerEngine
{
    /// <summary>Runs a command in a running container to its end; what it prints is thrown away.</summary>
    /// <returns>Its exit code; 126 or 127 where it could not be run.</returns>
    public async Task<int> ExecAsync(string container, ExecSpec spec, CancellationToken cancellationToken)
    {
        var exec = await PostAsync(
            ContainerPath(container, "exec"), Json(spec, EngineJson.Default.ExecSpec), EngineJson.Default.CreatedExec, cancellationToken);
        var start = Json(new(), EngineJson.Default.ExecStart);
        await using (var output = await MultiplexedStream.OpenAsync(
            await OpenStreamAsync(HttpMethod.Post, $"exec/{exec.Id}/start", start, cancellationToken), keepFrames: false, cancellationToken))
        {
            while (await output.ReadAsync(cancellationToken) is not null)
            {
            }
        }
        var state = await GetAsync($"exec/{exec.Id}/json", EngineJson.Default.ExecState, cancellationToken);
        return state.ExitCode ?? throw new DockerException("The command in the container has not ended.");
    }
}
