using System.CommandLine;
using Twinrunner.Cli.Terminals;
using Twinrunner.Cli.Verbs;

namespace Twinrunner.Cli.Help;

/// <summary>The help of a command: what it is for, how it is written, every argument and option, and examples.</summary>
internal sealed class HelpText(TextWriter writer, Style style, int width)
{
    private readonly int _width = Math.Clamp(width, 60, 110);

    /// <summary>As it is typed: <c>twin execution list</c>.</summary>
    public static string FullName(Command command)
    {
        var names = new Stack<string>();
        for (Symbol? symbol = command; symbol is not null; symbol = symbol.Parents.FirstOrDefault())
            names.Push(symbol is RootCommand ? "twin" : symbol.Name);
        return string.Join(' ', names);
    }

    public void Write(Command command)
    {
        writer.WriteLine(command.Description);
        if (command is ITeaches teaches && teaches.Details.Length > 0)
        {
            writer.WriteLine();
            WriteParagraphs(teaches.Details);
        }
        Heading("Usage");
        writer.WriteLine($"  {Usage(command)}");
        WriteSubcommands(command);
        WriteRows("Arguments", command.Arguments.Where(argument => !argument.Hidden).Select(argument => (NameOf(argument), argument.Description ?? "")));
        WriteRows("Options", command.Options.Where(option => !option.Hidden).Select(option => (NameOf(option), option.Description ?? "")));
        WriteRows("Options everywhere", Inherited(command).Select(option => (NameOf(option), option.Description ?? "")));
        if (command is ITeaches { Examples: [_, ..] examples })
            WriteExamples(examples);
        if (command is RootCommand)
            WriteRows("Exit codes", ExitCode.All.Select(code => (code.Code.ToString(), code.Meaning)));
    }

    private static string Usage(Command command)
    {
        var parts = new List<string> { FullName(command) };
        if (command.Subcommands.Count > 0)
            parts.Add("COMMAND");
        parts.AddRange(command.Arguments.Where(argument => !argument.Hidden).Select(argument =>
        {
            var name = argument.Arity.MaximumNumberOfValues > 1 ? argument.Name + "…" : argument.Name;
            return argument.Arity.MinimumNumberOfValues > 0 ? name : $"[{name}]";
        }));
        parts.Add("[OPTIONS]");
        return string.Join(' ', parts);
    }

    private static IEnumerable<Option> Inherited(Command command) =>
        command.Parents.OfType<Command>().SelectMany(parent => parent.Options.Where(option => option is { Recursive: true, Hidden: false }).Concat(Inherited(parent)));

    private static string NameOf(Argument argument) => argument.Name;

    private static string NameOf(Option option)
    {
        var aliases = option.Aliases.Where(alias => alias.StartsWith('-') && !alias.Contains('?', StringComparison.Ordinal) && alias != option.Name);
        var names = string.Join(", ", aliases.Append(option.Name).OrderBy(name => name.Length));
        var takesValue = option.Arity.MaximumNumberOfValues > 0 && option.ValueType != typeof(bool);
        return takesValue ? $"{names} {option.HelpName ?? option.Name.TrimStart('-').ToUpperInvariant()}" : names;
    }

    private void WriteSubcommands(Command command)
    {
        var visible = command.Subcommands.Where(verb => !verb.Hidden).ToList();
        if (command is not TwinRoot root)
        {
            WriteRows("Commands", visible.Select(verb => (verb.Name, verb.Description ?? "")));
            return;
        }
        foreach (var (topic, verbs) in root.Topics)
            WriteRows(topic, verbs.Select(verb => (string.Join(", ", verb.Aliases.Prepend(verb.Name)), verb.Description ?? "")));
    }

    private void WriteRows(string heading, IEnumerable<(string Name, string Meaning)> rows)
    {
        var all = rows.ToList();
        if (all.Count == 0)
            return;
        Heading(heading);
        var column = Math.Min(all.Max(row => row.Name.Length), 30) + 4;
        foreach (var (name, meaning) in all)
        {
            writer.Write("  ");
            writer.Write(style.Paint(Tone.Strong, name));
            if (name.Length + 4 > column)
                writer.Write("\n" + new string(' ', column));
            else
                writer.Write(new string(' ', column - name.Length - 2));
            writer.WriteLine(string.Join("\n" + new string(' ', column), Wrap(meaning, _width - column)));
        }
    }

    private void WriteExamples(IReadOnlyList<Example> examples)
    {
        Heading("Examples");
        foreach (var example in examples)
        {
            writer.WriteLine("  " + style.Paint(Tone.Faint, "# " + example.Meaning));
            writer.WriteLine("  " + example.Line);
        }
    }

    private void WriteParagraphs(string details)
    {
        foreach (var paragraph in details.Split("\n\n"))
        {
            if (paragraph != details.Split("\n\n")[0])
                writer.WriteLine();
            foreach (var line in Wrap(paragraph.ReplaceLineEndings(" "), _width))
                writer.WriteLine(line);
        }
    }

    private void Heading(string text)
    {
        writer.WriteLine();
        writer.WriteLine(style.Paint(Tone.Strong, text + ":"));
    }

    private static IEnumerable<string> Wrap(string text, int width)
    {
        var line = "";
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = "";
            }
            line = line.Length == 0 ? word : $"{line} {word}";
        }
        yield return line;
    }
}
