namespace Twinrunner.Runner.Tests.Workflows;

/// <summary>The workflow files of the repository: those of the golden tests, and the examples.</summary>
internal static class WorkflowFiles
{
    public static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    public static string Golden => Path.Combine(Root, "tests", "Runner.Tests", "Workflows", "Files");

    public static IEnumerable<string> Examples() =>
        Directory.EnumerateFiles(Path.Combine(Root, "examples"), "workflow.yaml", SearchOption.AllDirectories).Order(StringComparer.Ordinal);

    /// <summary>The text of every file.</summary>
    public static IEnumerable<string> All() =>
        Directory.EnumerateFiles(Golden, "*.yaml").Order(StringComparer.Ordinal).Concat(Examples()).Select(File.ReadAllText);

    private static string FindRoot(string folder) =>
        File.Exists(Path.Combine(folder, "Runner.sln")) ? folder : FindRoot(Path.GetDirectoryName(folder)!);
}
