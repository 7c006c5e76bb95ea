using System.CommandLine;
using Twinrunner.Cli.Options;

namespace Twinrunner.Cli.Running;

/// <summary>What may be said about an execution when it is started, beside its parameters.</summary>
internal sealed class SubmitOptions
{
    private readonly Option<string?> _title = new("--title", "--name") { Description = "Title of the execution, over that of the file.", HelpName = "TEXT" };
    private readonly Option<string?> _twin = new("--twin", "--digital-twin") { Description = "Digital twin that it belongs to (name or id); a new name makes one.", HelpName = "TWIN" };
    private readonly Option<bool> _noCache = new("--no-cache") { Description = "Run every step, whatever earlier runs left." };
    private readonly Option<int?> _priority = new("--priority") { Description = "Higher goes first when runs wait for room.", HelpName = "NUMBER" };
    private readonly Option<string[]> _labels = new("--label", "-l") { Description = "Label to find it by; may be repeated.", HelpName = "NAME=VALUE", DefaultValueFactory = _ => [] };

    public void AddTo(Command command)
    {
        command.Add(_title);
        command.Add(_twin);
        command.Add(_noCache);
        command.Add(_priority);
        command.Add(_labels);
    }

    public string? Title(ParseResult arguments) => arguments.GetValue(_title);
    public string? Twin(ParseResult arguments) => arguments.GetValue(_twin);
    public bool NoCache(ParseResult arguments) => arguments.GetValue(_noCache);
    public int? Priority(ParseResult arguments) => arguments.GetValue(_priority);
    public IReadOnlyDictionary<string, string> Labels(ParseResult arguments) => Pairs.Read(arguments.GetValue(_labels), "--label");
}
