using Twinrunner.Runner.Hosting;

namespace Twinrunner.Cli.Admin;

/// <summary>The right to use a data folder, while no server has it.</summary>
internal static class AdminLock
{
    public static DataFolderLock Take(string folder)
    {
        try
        {
            return DataFolderLock.Take(folder);
        }
        catch (DataFolderInUseException inUse)
        {
            throw new CliError(ExitCode.NotFoundOrConflict, inUse.Message, "stop that server first", inUse);
        }
    }
}
