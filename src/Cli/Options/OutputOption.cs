using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Twinrunner.Cli.Terminals;
using Twinrunner.Client;

namespace Twinrunner.Cli.Options;

/// <summary><c>-o table|json</c>: how data is printed.</summary>
internal sealed class OutputOption : Option<string>
{
    // For people's eyes and for jq: nothing of it goes into a web page, so that quotes and accents stay readable.
    private static readonly WireJson Json = new(new JsonSerializerOptions(WireJson.Default.Options)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        TypeInfoResolver = null,
    });

    public OutputOption() : base("--output", "-o")
    {
        Description = "table for people, json for programs: the same fields as the REST interface's.";
        HelpName = "json|table";
        DefaultValueFactory = _ => "table";
        AcceptOnlyFromAmong("json", "table");
    }

    public bool IsJson(ParseResult arguments) => arguments.GetValue(this) is "json";

    /// <summary>One value as JSON, or as the text that <paramref name="table"/> writes.</summary>
    public void Print<T>(ParseResult arguments, Terminal terminal, T value, Action<TextWriter> table)
    {
        var text = new StringWriter();
        if (IsJson(arguments))
            text.WriteLine(Write(value, indented: true));
        else
            table(text);
        terminal.Print(text.ToString().TrimEnd('\n', '\r'));
    }

    /// <summary>Many values: a JSON array, or a table.</summary>
    public void PrintAll<T>(ParseResult arguments, Terminal terminal, IReadOnlyList<T> values, string[] headings, Func<T, Cell[]> row)
    {
        if (IsJson(arguments))
        {
            terminal.Print(values.Count == 0 ? "[]" : $"[\n{string.Join(",\n", values.Select(value => Write(value, indented: true)))}\n]");
            return;
        }
        var table = new Table(headings);
        foreach (var value in values)
            table.Add(row(value));
        var text = new StringWriter();
        table.WriteTo(text, terminal.OutStyle, terminal.OutIsTerminal ? terminal.Width : null);
        terminal.Print(text.ToString().TrimEnd('\n', '\r'));
    }

    /// <summary>One line of JSON, for streams.</summary>
    public static string Line<T>(T value) => Write(value, indented: false);

    private static string Write<T>(T value, bool indented) => indented
        ? JsonSerializer.Serialize(value, (JsonTypeInfo<T>)Json.GetTypeInfo(typeof(T))!)
        : JsonSerializer.Serialize(value, (JsonTypeInfo<T>)WireJson.Default.GetTypeInfo(typeof(T))!);
}
