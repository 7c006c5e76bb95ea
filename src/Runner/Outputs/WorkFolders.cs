using Twinrunner.Runner.Executors;
using Twinrunner.Runner.Outputs.Files;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Outputs;

/// <summary>The folders of attempts on this node, below <c>work/</c> of the data folder.</summary>
public sealed class WorkFolders(StorageOptions storage, OutputOptions options)
{
    private const int Mine = 0x1C0; // 700

    /// <summary>A container may run as any user. The folder around them keeps other users of this machine out.</summary>
    private const int Everybody = 0x1FF; // 777

    private readonly string _root = options.WorkFolder ?? Path.Combine(Path.GetFullPath(storage.DataFolder), "work");
    private bool _rootIsThere;

    /// <summary>Makes the folders of an attempt, or finds those that an earlier process made.</summary>
    public StepFolders Create(StepKey step)
    {
        var folder = FolderOf(step);
        if (!_rootIsThere)
        {
            Make(_root, Mine);
            _rootIsThere = true;
        }
        Make(folder, Mine);
        return new(
            Make(Path.Combine(folder, "input"), Everybody),
            Make(Path.Combine(folder, "output"), Everybody),
            Make(Path.Combine(folder, "logs"), Everybody),
            Make(Path.Combine(folder, "snapshot"), Mine));
    }

    /// <summary>The folders of an attempt, or null when they aren't here.</summary>
    public StepFolders? Find(StepKey step) =>
        FolderOf(step) is var folder && Directory.Exists(folder)
            ? new(Path.Combine(folder, "input"), Path.Combine(folder, "output"), Path.Combine(folder, "logs"), Path.Combine(folder, "snapshot"))
            : null;

    /// <summary>Attempts whose folders are here.</summary>
    public IEnumerable<StepKey> List()
    {
        if (!Directory.Exists(_root))
            yield break;
        foreach (var name in Directory.EnumerateDirectories(_root).Select(path => Path.GetFileName(path)))
        {
            if (name.Split('-') is [var step, var attempt] && Id<Step>.TryParse(step, null, out var id) && int.TryParse(attempt, out var number))
                yield return new(id, number);
        }
    }

    /// <summary>Removes the folders of an attempt, whatever is in them. None there: nothing happens.</summary>
    /// <exception cref="IOException">Something in them belongs to another user; the message says what.</exception>
    public void Delete(StepKey step) => TreeRemoval.Remove(FolderOf(step));

    private static string Make(string path, int mode)
    {
        if (FolderCalls.MakeFolder(path, mode) < 0)
            return Directory.Exists(path) ? path : throw FolderCalls.LastError($"The folder '{path}' can't be made");
        // Afterwards: when it is created, the process's umask has its say; what only we may use it can't widen.
        return mode != Mine && FolderCalls.ChangeMode(path, mode) < 0 ? throw FolderCalls.LastError($"The rights of '{path}' can't be set") : path;
    }

    private string FolderOf(StepKey step) => Path.Combine(_root, $"{step.Step}-{step.Attempt}");
}
