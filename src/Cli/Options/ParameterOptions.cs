using System.CommandLine;
using System.Text.Json;

namespace Twinrunner.Cli.Options;

/// <summary><c>-p NAME=VALUE</c> and <c>--params FILE</c>: values over those of the workflow file.</summary>
internal sealed class ParameterOptions
{
    private readonly Option<string[]> _values = new("--parameter", "-p")
    {
        Description = "Value of a parameter, exactly as it stands behind the =; may be repeated.",
        HelpName = "NAME=VALUE",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string[]> _files = new("--params")
    {
        Description = "File of parameters: dotenv (NAME=value lines) or a JSON object; - reads stdin; may be repeated. -p wins.",
        HelpName = "FILE",
        DefaultValueFactory = _ => [],
    };

    public void AddTo(Command command)
    {
        command.Add(_values);
        command.Add(_files);
    }

    /// <summary>All parameters of the command line, the later ones over the earlier ones.</summary>
    public async Task<IReadOnlyDictionary<string, JsonElement>> ReadAsync(ParseResult arguments, CliContext context, CancellationToken cancellationToken)
    {
        var parameters = new Dictionary<string, JsonElement>();
        foreach (var file in arguments.GetValue(_files) ?? [])
        {
            var text = file == "-" ? await context.Terminal.In.ReadToEndAsync(cancellationToken) : await ReadAsync(file, cancellationToken);
            foreach (var (name, value) in ParameterFile.Parse(text, file))
                parameters[name] = value;
        }
        foreach (var pair in arguments.GetValue(_values) ?? [])
        {
            var (name, value) = Pairs.Split(pair, "-p");
            parameters[name] = JsonSerializer.SerializeToElement(value, Client.WireJson.Default.String);
        }
        return parameters;
    }

    private static async Task<string> ReadAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllTextAsync(file, cancellationToken);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw CliError.Usage($"the parameter file {file} can't be read: {failure.Message}");
        }
    }
}

/// <summary><c>NAME=VALUE</c> on the command line.</summary>
internal static class Pairs
{
    public static (string Name, string Value) Split(string pair, string option)
    {
        var equals = pair.IndexOf('=', StringComparison.Ordinal);
        return equals > 0
            ? (pair[..equals], pair[(equals + 1)..])
            : throw CliError.Usage($"{option} {pair}: a name, = and a value belong here", $"write it as {option} NAME=VALUE; quote it for the shell when it has spaces");
    }

    public static IReadOnlyDictionary<string, string> Read(IEnumerable<string>? pairs, string option)
    {
        var read = new Dictionary<string, string>();
        foreach (var pair in pairs ?? [])
        {
            var (name, value) = Split(pair, option);
            read[name] = value;
        }
        return read;
    }
}
