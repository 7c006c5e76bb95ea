using System.CommandLine;

namespace Twinrunner.Cli.Options;

/// <summary>A workflow file as it was read.</summary>
/// <param name="Name">As the user wrote it, for messages.</param>
internal sealed record WorkflowText(string Name, string Text);

/// <summary>The workflow file on the command line; <c>-</c> is stdin.</summary>
internal sealed class WorkflowFileArgument : Argument<string>
{
    /// <summary>More is refused here already, with a clear word, instead of being sent.</summary>
    private const long MaxBytes = 16 << 20;

    public WorkflowFileArgument() : base("FILE") => Description = "The workflow file (YAML); - reads stdin.";

    public async Task<WorkflowText> ReadAsync(ParseResult arguments, CliContext context, CancellationToken cancellationToken)
    {
        var path = arguments.GetRequiredValue(this);
        if (path == "-")
            return new WorkflowText("<stdin>", await context.Terminal.In.ReadToEndAsync(cancellationToken));
        try
        {
            var length = new FileInfo(path).Length;
            return length <= MaxBytes
                ? new WorkflowText(path, await File.ReadAllTextAsync(path, cancellationToken))
                : throw CliError.Usage($"{path} has {length} bytes; a workflow file has at most {MaxBytes}", "is it the right file?");
        }
        catch (FileNotFoundException) when (Directory.Exists(path))
        {
            throw CliError.Usage($"{path} is a folder; the workflow file in it is wanted", Suggestion(path));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw CliError.Usage($"the workflow file {path} can't be read: {failure.Message}", "check the path, or pass the file on stdin with -");
        }
    }

    private static string? Suggestion(string folder) =>
        Directory.EnumerateFiles(folder, "*.yaml").Concat(Directory.EnumerateFiles(folder, "*.yml")).Order().FirstOrDefault() is { } file
            ? $"perhaps {file}"
            : null;
}
