namespace Twinrunner.EndToEnd.Tests.Support;

/// <summary>The published command: what <c>TWIN_DIST</c> names, or <c>dist/</c> of the repository.</summary>
internal static class Dist
{
    /// <summary>Path of the program; skips the test when there is none.</summary>
    public static string Require()
    {
        var folder = Environment.GetEnvironmentVariable("TWIN_DIST") is { Length: > 0 } given ? given : Path.Combine(RepositoryRoot(), "dist");
        var program = Path.Combine(folder, "twin");
        if (!File.Exists(program))
            Assert.Skip($"Needs the published command ({program}): run `make dist`, or set TWIN_DIST to its folder.");
        return program;
    }

    private static string RepositoryRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Runner.sln")))
                return folder.FullName;
        return AppContext.BaseDirectory;
    }
}
