namespace Twinrunner.TestKit;

/// <summary>Where this repository is checked out, for tests of files that are checked in.</summary>
public static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    private static string Find(string folder)
    {
        for (var current = new DirectoryInfo(folder); current is not null; current = current.Parent)
        {
            if (File.Exists(Path.Combine(current.FullName, "Runner.sln")))
                return current.FullName;
        }
        throw new DirectoryNotFoundException($"No Runner.sln above {folder}: these tests run from the repository.");
    }
}
