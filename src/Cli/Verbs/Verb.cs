using System.CommandLine;
using Twinrunner.Cli.Terminals;

namespace Twinrunner.Cli.Verbs;

/// <summary>A command line that shows how a verb is used, and what that does.</summary>
internal sealed record Example(string Line, string Meaning);

/// <summary>A command whose help teaches: a paragraph and examples beside the one-line summary.</summary>
internal interface ITeaches
{
    string Details { get; }
    IReadOnlyList<Example> Examples { get; }
}

/// <summary>One thing that <c>twin</c> does.</summary>
internal abstract class Verb : Command, ITeaches
{
    protected Verb(CliContext context, string name, string summary) : base(name, summary)
    {
        Context = context;
        SetAction(RunAsync);
    }

    public abstract string Details { get; }
    public abstract IReadOnlyList<Example> Examples { get; }

    protected CliContext Context { get; }
    protected Terminal Terminal => Context.Terminal;

    /// <summary>Does it and returns the exit code. Expected failures are thrown as <see cref="CliError"/>.</summary>
    protected abstract Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken);
}

/// <summary>A noun with its verbs: <c>twin execution …</c>.</summary>
internal sealed class Noun : Command, ITeaches
{
    public Noun(string name, string summary, string details, params Command[] verbs) : base(name, summary)
    {
        Details = details;
        foreach (var verb in verbs)
            Add(verb);
    }

    public string Details { get; }
    public IReadOnlyList<Example> Examples { get; init; } = [];
}
