using Twinrunner.Runner.Executors.Docker;
using Twinrunner.Runner.Executors.Docker.Engine;
using Twinrunner.Runner.Executors.Processes;

namespace Twinrunner.Runner.Executors;

/// <summary>Which executors there are, and where they find what they need.</summary>
public sealed record ExecutorOptions
{
    public required EngineAddress Engine { get; init; }
    public required DockerOptions Docker { get; init; }

    /// <summary>False: the engine is for building images only, and containers run elsewhere.</summary>
    public bool RunsContainers { get; init; } = true;

    /// <summary>Null: steps may not run as processes of this machine. Only the operator turns it on.</summary>
    public ProcessOptions? Process { get; init; }

    /// <summary>What the environment of this process says about the engine and its user's logins.</summary>
    /// <param name="installation">Names this installation; must stay the same over restarts.</param>
    /// <exception cref="FormatException">DOCKER_HOST can't be understood.</exception>
    public static ExecutorOptions FromEnvironment(string installation, Func<string, string?> variable) => new()
    {
        Engine = EngineAddress.FromEnvironment(variable),
        Docker = new() { Installation = installation, ClientConfigFolder = DockerConfigLogins.DefaultFolder(variable) },
    };
}
