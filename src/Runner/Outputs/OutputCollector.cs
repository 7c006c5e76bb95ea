using System.Text.RegularExpressions;
using System.Threading.Channels;
using Twinrunner.Runner.Executors;
using Twinrunner.Runner.Outputs.Files;
using Twinrunner.Runner.Outputs.Manifests;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Objects;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Runner.Outputs;

/// <summary>
/// Stores what an attempt left in its folders: every file, then the manifest, then the document. So an output that has a
/// document is complete, and doing it again for the same attempt, after a crash, leads to the same outputs.
/// </summary>
public sealed partial class OutputCollector(IObjectStore objects, IOutputRecords outputs, ManifestReader manifests, OutputOptions options, TimeProvider time)
{
    /// <summary>Below this name an output's prefix holds what is Twinrunner's own.</summary>
    internal const string Own = ".twin/";

    private const string ManifestName = Own + "manifest.json";

    private static readonly string[] Types = ["output", "logs", "snapshot"];

    /// <summary>What ODTP's component client leaves beside the files: the same files again.</summary>
    private static readonly HashSet<string> OdtpArchives = ["odtp-output.zip", "odtp-logs.zip", "odtp-snapshot.zip"];

    /// <summary>Whatever of one attempt waits for the store waits with this. Its parameters: of <see cref="StorePatience"/>.</summary>
    internal StorePatience Patience(Func<string?, Task> tell, CancellationToken hurry) => new(options.Patience, time, tell, hurry);

    internal async Task<CollectResult> CollectAsync(
        Step step, int attempt, StepFolders folders, ResolvedInputs inputs, StorePatience patience, CancellationToken cancellationToken)
    {
        var attempted = new Attempted(step, attempt, await outputs.FindByStepAsync(step.Id, cancellationToken), KnownFiles(inputs), patience, new(step));
        var stored = new List<Output>();
        try
        {
            if (await StoreAsync(attempted, "logs", folders.Logs, StepFolders.LogsTarget, cancellationToken) is { } logs)
                stored.Add(logs);
            if (step.Spec.Snapshot && await StoreAsync(attempted, "snapshot", folders.Snapshot, StepFolders.WorkdirTarget, cancellationToken) is { } snapshot)
                stored.Add(snapshot);
            // Last: where there is a main output, everything is there.
            if (await StoreAsync(attempted, "output", folders.Output, StepFolders.OutputTarget, cancellationToken) is { } main)
                stored.Insert(0, main);
            return attempted.Findings.Complete(stored, OutputValuesFile.Read(folders.Logs, attempted.Findings.Warnings));
        }
        catch (ObjectStoreException exception)
        {
            return CollectResult.StoreRefused($"The outputs could not be stored: {exception.Message} They are kept on the node: `twin resume` stores them without running the step again.");
        }
        catch (Exception exception) when (exception is TreeLimitException or FileChangingException or IOException or UnauthorizedAccessException)
        {
            return CollectResult.Failed(FailureReason.OutputUpload, $"The outputs could not be stored: {exception.Message}");
        }
    }

    /// <summary>What an executor that collects by itself has stored of the running attempt.</summary>
    public async Task<CollectResult> CollectStoredAsync(Step step, CancellationToken cancellationToken)
    {
        var stored = (await outputs.FindByStepAsync(step.Id, cancellationToken)).Where(output => output.Attempt == step.Attempt).ToList();
        if (stored.Find(output => output.OutputType == "output") is not { } main)
            return CollectResult.Failed(FailureReason.OutputUpload, "The outputs were not stored.");
        var findings = new OutputFindings(step);
        IReadOnlyDictionary<string, string> values = new Dictionary<string, string>();
        try
        {
            foreach (var output in stored)
            {
                await foreach (var entry in manifests.ReadAsync(output, cancellationToken))
                {
                    findings.Look(entry, output.OutputType);
                    if (output.OutputType == "logs" && entry is { Path: OutputValuesFile.Name, Key: { } key })
                        values = OutputValuesFile.Parse(await OutputValuesFile.LoadAsync(objects, key, entry.Size, findings.Warnings, cancellationToken), findings.Warnings);
                }
            }
        }
        catch (ObjectStoreException exception)
        {
            return CollectResult.Failed(FailureReason.OutputUpload, $"The outputs can't be read again: {exception.Message}");
        }
        return findings.Complete([main, .. stored.Where(output => output != main)], values);
    }

    /// <summary>Is the key one that this attempt may write?</summary>
    internal static bool IsBelow(Step step, string key) =>
        Types.Any(type => key.StartsWith(PrefixOf(step, step.Attempt, type) + "/", StringComparison.Ordinal));

    /// <summary>Does the document say no more than that the running attempt left something where it has to be?</summary>
    internal static bool IsOf(Step step, Output output) =>
        Types.Contains(output.OutputType) && output.StepRef == step.Id.ToString() && output.ExecutionRef == step.ExecutionRef && output.Attempt == step.Attempt
        && output.KeyPrefix == PrefixOf(step, step.Attempt, output.OutputType) && output.FileName == ManifestName && output.FileType == "application/json"
        && output.Bucket.Length == 0 && output.OtherFields is null or { Count: 0 };

    /// <summary>The attempt left no file. (Where a component locked us out, there may be some.)</summary>
    public static bool IsEmpty(StepFolders folders)
    {
        try
        {
            return !((string[])[folders.Output, folders.Logs, folders.Snapshot]).Any(folder => Directory.EnumerateFileSystemEntries(folder).Any());
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <returns>Null: there is nothing, and an output of this type is stored only where there is something.</returns>
    private async Task<Output?> StoreAsync(Attempted attempted, string type, string root, string containerPath, CancellationToken cancellationToken)
    {
        var (step, attempt, earlier, known, patience, findings) = attempted;
        if (Of(earlier, attempt, type) is { } existing)
        {
            await foreach (var entry in manifests.ReadAsync(existing, cancellationToken))
                findings.Look(entry, type);
            return existing;
        }
        var prefix = PrefixOf(step, attempt, type);
        var upload = new FileUpload(objects, root, prefix, known, patience, time);
        await using var manifest = new ManifestWriter(Path.GetDirectoryName(root)!);
        await foreach (var entry in EntriesAsync(root, containerPath, upload, cancellationToken))
        {
            findings.Look(entry, type);
            var isArchive = type == "output" && OdtpArchives.Contains(entry.Path);
            await manifest.AddAsync(isArchive ? entry with { Unchained = "ODTP's archive of the other files" } : entry, cancellationToken);
        }
        if (manifest.EntryCount == 0 && type != "output")
            return null;
        var sha256 = ManifestWriter.EmptySha256;
        if (manifest.EntryCount > 0)
        {
            await upload.FlushAsync(cancellationToken);
            (var content, sha256) = await manifest.EndAsync(cancellationToken);
            await patience.TryAsync(() =>
            {
                content.Position = 0;
                return objects.PutAsync($"{prefix}/{ManifestName}", content, new(content.Length, sha256, "application/json"), cancellationToken);
            }, cancellationToken);
        }

        var now = time.GetUtcNow();
        var output = new Output
        {
            Id = Id<Output>.New(time),
            OutputType = type,
            StepRef = step.Id.ToString(),
            KeyPrefix = prefix,
            FileName = ManifestName,
            Size = manifest.Size,
            CreatedAt = now,
            UpdatedAt = now,
            ExecutionRef = step.ExecutionRef,
            Attempt = attempt,
            FileCount = manifest.FileCount,
            ManifestSha256 = sha256,
        };
        return await outputs.TryInsertAsync(output, cancellationToken) ? output : Of(await outputs.FindByStepAsync(step.Id, cancellationToken), attempt, type)!;
    }

    private static Dictionary<(long Size, string Sha256), string> KnownFiles(ResolvedInputs inputs)
    {
        var known = new Dictionary<(long, string), string>();
        foreach (var input in inputs.Files.Where(input => input.Kind == EntryKind.File))
            known.TryAdd((input.Size, input.Sha256), input.Key);
        return known;
    }

    private static Output? Of(IReadOnlyList<Output> outputs, int attempt, string type) =>
        outputs.FirstOrDefault(output => output.Attempt == attempt && output.OutputType == type);

    /// <summary>Stores files, several at once, and gives their entries in the order of their paths.</summary>
    private async IAsyncEnumerable<ManifestEntry> EntriesAsync(
        string root, string containerPath, FileUpload upload, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = new Queue<Task<ManifestEntry>>();
        try
        {
            foreach (var item in new TreeWalk(options).Walk(root, containerPath))
            {
                // Off this thread: reading from a local disk completes at once, and would never let a second file begin.
                running.Enqueue(item.File is null ? upload.StoreAsync(item, stop.Token) : Task.Run(() => upload.StoreAsync(item, stop.Token), CancellationToken.None));
                if (running.Count >= options.Parallel)
                    yield return await running.Dequeue();
            }
            while (running.TryDequeue(out var entry))
                yield return await entry;
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(running).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private static string PrefixOf(Step step, int attempt, string type)
    {
        var name = ReadableName().IsMatch(step.Name) ? step.Name : step.Id.ToString();
        return $"executions/{step.ExecutionRef}/{name}/{attempt}{(type == "output" ? "" : $"-{type}")}";
    }

    /// <summary>The attempt whose folders are being stored.</summary>
    /// <param name="Earlier">What is stored of the step already.</param>
    /// <param name="Known">Keys of files that are stored already, by size and hash.</param>
    private sealed record Attempted(
        Step Step, int Attempt, IReadOnlyList<Output> Earlier, IReadOnlyDictionary<(long Size, string Sha256), string> Known, StorePatience Patience, OutputFindings Findings);

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9_.\[\]-]{0,99}\z")]
    private static partial Regex ReadableName();
}
