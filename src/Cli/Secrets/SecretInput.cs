using Twinrunner.Cli.Terminals;

namespace Twinrunner.Cli.Secrets;

/// <summary>Reads what must not be an argument: arguments stay in the shell's history and show in the list of processes.</summary>
internal static class SecretInput
{
    /// <summary>Asks at a terminal; in a pipe all of stdin is the value, but for one newline at its end.</summary>
    /// <param name="what">What is asked for: <c>value of API_TOKEN</c>.</param>
    public static async Task<string> ReadAsync(Terminal terminal, string what, CancellationToken cancellationToken)
    {
        var value = terminal.InIsTerminal ? Prompt.Hidden(terminal, $"{what}: ") : WithoutNewline(await terminal.In.ReadToEndAsync(cancellationToken));
        return value.Length > 0 ? value : throw CliError.Usage($"the {what} is empty", "pipe it in, or type it at the prompt");
    }

    private static string WithoutNewline(string text) =>
        text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('\n') ? text[..^1] : text;
}
