using System.CommandLine;
using System.Text.Json;
using Twinrunner.Cli.Options;
using Twinrunner.Cli.Servers;
using Twinrunner.Cli.Terminals;
using Twinrunner.Cli.Verbs;

namespace Twinrunner.Cli.Doctor;

/// <summary><c>twin doctor</c></summary>
internal sealed class DoctorVerb : Verb
{
    private readonly OutputOption _output = new();

    public DoctorVerb(CliContext context) : base(context, "doctor", "Check what runs need: server, data folder, database, object store, container engine, git, GitHub.") => Add(_output);

    public override string Details => """
        One sentence for each thing, and for what is missing how to get it. Leaves nothing changed and starts nothing. The exit code is
        5 when something doesn't work.
        """;

    public override IReadOnlyList<Example> Examples => [new("twin doctor", "when a run doesn't start")];

    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var choice = ServerChoice.From(arguments, Context.Environment, drives: false);
        IReadOnlyList<Finding> findings =
        [
            await Checks.ServerAsync(choice, Context.Time, cancellationToken),
            Checks.DataFolder(choice.DataFolder),
            .. await DatabaseCheck.RunAsync(choice.DataFolder, Context.Environment, Context.Time, cancellationToken),
            .. await ObjectsCheck.RunAsync(choice.DataFolder, Context.Environment, Context.Time, cancellationToken),
            await Checks.EngineAsync(Context.Environment, cancellationToken),
            await Checks.GitAsync(cancellationToken),
            .. await GitHubCheck.RunAsync(choice, Context.Time, cancellationToken),
        ];
        if (_output.IsJson(arguments))
            Terminal.Print(JsonSerializer.Serialize(findings, FindingJson.Default.IReadOnlyListFinding));
        else
            foreach (var finding in findings)
                Print(finding);
        return findings.All(finding => finding.Ok) ? ExitCode.Success : ExitCode.Trouble;
    }

    private void Print(Finding finding)
    {
        var style = Terminal.OutStyle;
        var mark = finding.Ok ? style.Paint(Tone.Good, "ok ") : style.Paint(Tone.Bad, "BAD");
        Terminal.Print($"{mark}  {finding.Subject,-12} {Terminal.ForOut(finding.Sentence)}");
        if (finding.Next is not null)
            Terminal.Print($"{"",-18}{style.Paint(Tone.Faint, "next:")} {finding.Next}");
    }
}
