using System.CommandLine;
using Twinrunner.Cli.Verbs;

namespace Twinrunner.Cli.Help;

/// <summary>The command <c>twin</c> itself: its verbs by topic.</summary>
internal sealed class TwinRoot() : RootCommand("Run digital-twin workflows as containers."), ITeaches
{
    private readonly List<(string Topic, IReadOnlyList<Command> Verbs)> _topics = [];

    public IReadOnlyList<(string Topic, IReadOnlyList<Command> Verbs)> Topics => _topics;

    public string Details => """
        A workflow file names steps; each runs as a container, takes the outputs of the steps that it needs, and leaves
        its own. Commands talk to the server of this machine (`twin serve`); when none runs, `twin run` brings its own
        for as long as it takes. Data goes to stdout, messages to stderr, and -o json gives what programs need.
        An execution can be named by its id, by the beginning or the end of it, or as `last`.
        """;

    public IReadOnlyList<Example> Examples =>
    [
        new("twin run examples/hello/workflow.yaml", "run a workflow and watch it"),
        new("twin ls", "what ran, newest first"),
        new("twin logs -f last", "follow the log of the newest execution"),
        new("twin cp last/report:summary.csv .", "fetch one file of the step `report`"),
        new("twin serve", "keep a server, with a REST interface, on this machine"),
    ];

    public void Add(string topic, params Command[] verbs)
    {
        _topics.Add((topic, verbs));
        foreach (var verb in verbs)
            Add(verb);
    }
}
