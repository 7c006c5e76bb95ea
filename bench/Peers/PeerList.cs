using Twinrunner.Bench.Measuring;
using Twinrunner.Bench.Rigs;
using Twinrunner.TestKit;

namespace Twinrunner.Bench.Peers;

/// <summary>The same jobs done by other tools, with the files beside this one. They start containers by the <c>docker</c> command, as their users do.</summary>
internal sealed class PeerList(ContainerRig rig)
{
    private static readonly string Files = Path.Combine(Repository.Root, "bench", "Peers");

    private readonly List<string> _notes = [];

    /// <summary>A sentence about each peer that isn't installed.</summary>
    public IReadOnlyList<string> Notes => _notes;

    public void AddIfThere(List<Contestant> contestants, string program, string name, Func<CancellationToken, Task> job)
    {
        if (Command.Exists(program) && Command.Exists("docker"))
            contestants.Add(Contestant.Timed(name, job));
        else
            _notes.Add($"{name} is left out: {(Command.Exists("docker") ? program : "docker")} isn't installed (`scripts/bench-peers.sh`).");
    }

    public Task DockerRunAsync(CancellationToken cancellationToken) =>
        Command.RunAsync(rig.Folder, "docker", ["run", "--rm", "--label", BenchContainers.Label, rig.Image, "true"], cancellationToken);

    public Task MakeChainAsync(int steps, CancellationToken cancellationToken) => InNewFolderAsync((folder, token) => Command.RunAsync(
        folder, "make", ["-f", Path.Combine(Files, "chain.mk"), $"STEPS={steps}", $"IMAGE={rig.Image}", $"LABEL={BenchContainers.Label}"], token), cancellationToken);

    public Task SnakemakeChainAsync(int steps, CancellationToken cancellationToken) => InNewFolderAsync((folder, token) => Command.RunAsync(
        folder, "snakemake",
        ["--snakefile", Path.Combine(Files, "chain.smk"), "--cores", "1", "--quiet", "--nolock", "--config", $"steps={steps}", $"image={rig.Image}", $"label={BenchContainers.Label}"],
        token), cancellationToken);

    public Task CwlToolChainAsync(int steps, CancellationToken cancellationToken) => InNewFolderAsync(async (folder, token) =>
    {
        await File.WriteAllTextAsync(Path.Combine(folder, "chain.cwl"), ChainCwl.Of(rig.Image, steps), token);
        await Command.RunAsync(
            folder, "cwltool", ["--quiet", "--disable-pull", "--outdir", Path.Combine(folder, "out"), "chain.cwl", "--token", "1"], token);
    }, cancellationToken);

    public Task ParallelFanOutAsync(int steps, int width, CancellationToken cancellationToken) => Command.RunAsync(
        rig.Folder, "parallel",
        ["--will-cite", "-n0", $"-j{width}", "docker", "run", "--rm", "--label", BenchContainers.Label, rig.Image, "true", ":::", .. Enumerable.Range(1, steps).Select(i => $"{i}")],
        cancellationToken);

    private async Task InNewFolderAsync(Func<string, CancellationToken, Task> job, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(Path.Combine(rig.Folder, Path.GetRandomFileName())).FullName;
        await job(folder, cancellationToken);
        Directory.Delete(folder, recursive: true);
    }
}
