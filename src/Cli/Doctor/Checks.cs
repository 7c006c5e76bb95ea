using System.Diagnostics;
using Twinrunner.Cli.Servers;
using Twinrunner.Cli.Terminals;
using Twinrunner.Client;
using Twinrunner.Runner.Executors.Docker.Engine;
using Twinrunner.Runner.Hosting;

namespace Twinrunner.Cli.Doctor;

/// <summary>Looks at everything that a run needs on this machine. Changes nothing.</summary>
internal static class Checks
{
    private const long LittleSpace = 1L << 30;

    public static async Task<Finding> ServerAsync(ServerChoice choice, TimeProvider time, CancellationToken cancellationToken)
    {
        if (choice.Address is { } named)
        {
            using var client = RunnerClient.Create(named, choice.Token);
            try
            {
                var nodes = await client.ListNodesAsync(after: null, limit: 500, cancellationToken);
                return new("server", true, $"{named} answers; {Humane.Count(nodes.Items.Count(node => node.Active), "node")} active");
            }
            catch (ServerUnreachableException failure)
            {
                return new("server", false, failure.Message, "start it there, or leave --server and TWIN_SERVER out to use this machine's");
            }
            catch (ApiException refused)
            {
                return new("server", false, $"{named} answers, but refuses: {refused.Message}", "set TWIN_TOKEN to a token of this server");
            }
        }
        return await ServingProcess.FindAsync(choice.DataFolder, choice.Token, time, cancellationToken) is { } address
            ? new("server", true, $"process {ServerFile.Read(choice.DataFolder)?.Pid} serves {choice.DataFolder} at {address}")
            : new("server", true, $"none serves {choice.DataFolder}: `twin run` brings its own, `twin serve` keeps one");
    }

    public static Finding DataFolder(string folder)
    {
        try
        {
            var existing = folder;
            while (!Directory.Exists(existing) && Path.GetDirectoryName(existing) is { } parent)
                existing = parent;
            var probe = Path.Combine(existing, $".twin-doctor-{Environment.ProcessId}");
            File.WriteAllText(probe, "");
            File.Delete(probe);
            var free = new DriveInfo(existing).AvailableFreeSpace;
            var sentence = $"{folder} {(existing == folder ? "is there" : "will be made")} and can be written to; {Humane.Size(free)} free";
            return free < LittleSpace
                ? new("data folder", false, sentence, "outputs need room: free some, or choose another folder with --data")
                : new("data folder", true, sentence);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return new("data folder", false, $"{folder} can't be used: {failure.Message}", "choose another with --data FOLDER or TWIN_DATA");
        }
    }

    public static async Task<Finding> EngineAsync(Func<string, string?> environment, CancellationToken cancellationToken)
    {
        try
        {
            using var engine = new DockerEngine(EngineAddress.FromEnvironment(environment));
            var version = await engine.VersionAsync(cancellationToken);
            return new("engine", true, $"the container engine answers: version {version.Version}, API {version.ApiVersion}");
        }
        catch (Exception failure) when (failure is DockerException or FormatException or ArgumentException)
        {
            return new("engine", false, failure.Message, "install one (Debian: apt-get install docker.io), start it, and be in the group docker; or point DOCKER_HOST to one");
        }
    }

    public static async Task<Finding> GitAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var git = Process.Start(new ProcessStartInfo("git", "--version") { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var version = (await git.StandardOutput.ReadToEndAsync(cancellationToken)).Trim();
            await git.WaitForExitAsync(cancellationToken);
            return new("git", true, $"{version} is installed: components can come from repositories");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return new("git", false, "git isn't installed: components can only come from folders", "install it (Debian: apt-get install git)");
        }
    }
}
