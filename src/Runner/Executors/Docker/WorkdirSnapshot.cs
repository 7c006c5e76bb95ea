using Twinrunner.Runner.Executors.Archives;
using Twinrunner.Runner.Executors.Docker.Engine;

namespace Twinrunner.Runner.Executors.Docker;

/// <summary>Copies the work directory of an ended container, which is not mounted, to the step's snapshot folder.</summary>
internal sealed class WorkdirSnapshot(DockerEngine engine, DockerOptions options)
{
    /// <returns>What went wrong, in a sentence; null: the snapshot is complete but for what was not safe to copy.</returns>
    public async Task<string?> CopyAsync(string container, string folder, IStepSink sink, CancellationToken cancellationToken)
    {
        // An earlier try may have been cut off in the middle.
        if (Directory.Exists(folder))
            Clear(folder);
        try
        {
            await using var tar = await engine.OpenArchiveAsync(container, StepFolders.WorkdirTarget, cancellationToken);
            var report = await new SafeTar(folder, options.SnapshotBytes, options.SnapshotEntries).ExtractAsync(tar, cancellationToken);
            if (report.LeftOutCount > 0)
                await sink.SayAsync($"snapshot: left out {report.LeftOutCount} entries that are no plain files, folders or links inside the work directory: {string.Join(", ", report.LeftOut)}", cancellationToken);
            return null;
        }
        catch (DockerException e) when (e.IsNotFound)
        {
            await sink.SayAsync($"snapshot: the image has no folder {StepFolders.WorkdirTarget}, so there is nothing to keep", cancellationToken);
            return null;
        }
        catch (InvalidDataException e)
        {
            Clear(folder);
            return $"The snapshot of {StepFolders.WorkdirTarget} can't be kept: {e.Message}.";
        }
    }

    private static void Clear(string folder)
    {
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos())
        {
            if (entry is DirectoryInfo { LinkTarget: null } inner)
                inner.Delete(recursive: true);
            else
                entry.Delete();
        }
    }
}
