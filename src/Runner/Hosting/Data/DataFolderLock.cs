namespace Twinrunner.Runner.Hosting;

/// <summary>The right to use a data folder, held by one process at a time. The kernel takes it back when the process ends, however it ends.</summary>
public sealed class DataFolderLock : IDisposable
{
    private readonly FileStream _file;

    private DataFolderLock(string folder, FileStream file)
    {
        Folder = folder;
        _file = file;
    }

    public string Folder { get; }

    /// <summary>Takes the folder, making it first where it isn't there.</summary>
    /// <exception cref="DataFolderInUseException">Another process has it.</exception>
    /// <exception cref="InvalidSettingsException">It can't be made or written to.</exception>
    public static DataFolderLock Take(string folder)
    {
        try
        {
            DataFolder.Create(folder);
            // FileShare.None is flock(LOCK_EX | LOCK_NB) on Unix.
            var file = new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
            ServerFile.Delete(folder); // of a process that was killed
            return new DataFolderLock(folder, file);
        }
        catch (IOException exception) when (IsLocked(exception))
        {
            throw new DataFolderInUseException(folder, ServerFile.Read(folder));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InvalidSettingsException([$"the data folder {folder} can't be used: {exception.Message}"]);
        }
    }

    public void Dispose() => _file.Dispose();

    // EWOULDBLOCK on Linux and macOS, ERROR_SHARING_VIOLATION on Windows.
    private static bool IsLocked(IOException exception) => (exception.HResult & 0xFFFF) is 11 or 35 or 32;
}

/// <summary>Another process serves the data folder.</summary>
/// <param name="server">What it says about itself; null while it starts or stops.</param>
public sealed class DataFolderInUseException(string folder, ServerFile? server)
    : Exception(server is null
        ? $"Another process is starting or stopping on the data folder {folder}: try again in a moment."
        : $"The data folder {folder} is in use by the server at {server.Address} (process {server.Pid}, since {server.Started:u}): "
            + "use that one, stop it, or choose another folder with --data.")
{
    public string Folder { get; } = folder;
    public ServerFile? Server { get; } = server;
}
