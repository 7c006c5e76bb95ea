using System.CommandLine;

namespace Twinrunner.Cli.Options;

/// <summary>An execution, by id, by the beginning or end of one, or <c>last</c>.</summary>
internal sealed class ExecutionArgument : Argument<string>
{
    public ExecutionArgument() : base("EXECUTION")
    {
        Description = "Its id, the beginning or the end of it, or last for the newest.";
        CompletionSources.Add("last");
    }
}
