using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;
using Twinrunner.Cli.Options;
using Twinrunner.Cli.Verbs;

namespace Twinrunner.Cli.Versions;

/// <summary><c>twin version</c></summary>
internal sealed class VersionVerb : Verb
{
    public VersionVerb(CliContext context) : base(context, "version", "Print the version of this command.")
    {
    }

    public override string Details => "Prints the version alone, so that scripts can compare it.";

    public override IReadOnlyList<Example> Examples => [new("twin version", "which version is installed")];

    public static string Current { get; } =
        typeof(VersionVerb).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    protected override Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        Terminal.Print(Current);
        return Task.FromResult(ExitCode.Success);
    }
}

/// <summary><c>twin --version</c></summary>
internal sealed class VersionAction(CliContext context) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        context.Terminal.Print(VersionVerb.Current);
        return ExitCode.Success;
    }
}
