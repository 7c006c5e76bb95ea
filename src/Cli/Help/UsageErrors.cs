using System.CommandLine;
using System.CommandLine.Parsing;

namespace Twinrunner.Cli.Help;

/// <summary>Says what is wrong with a command line, all of it at once, and what was probably meant.</summary>
internal static class UsageErrors
{
    public static CliError Explain(ParseResult result)
    {
        var command = result.CommandResult.Command;
        var help = $"{HelpText.FullName(command)} --help explains it, with examples";
        if (command.Subcommands.Count > 0)
        {
            var names = string.Join(", ", command.Subcommands.Where(verb => !verb.Hidden).Select(verb => verb.Name));
            if (result.UnmatchedTokens is not [var word, ..])
                return CliError.Usage($"{HelpText.FullName(command)} wants one of: {names}", help);
            var meant = Nearest(word, command.Subcommands.Where(verb => !verb.Hidden).SelectMany(verb => verb.Aliases.Prepend(verb.Name)));
            return CliError.Usage(
                meant is null ? $"there is no command '{word}': {HelpText.FullName(command)} knows {names}" : $"there is no command '{word}'; did you mean '{meant}'?",
                help);
        }
        var messages = result.Errors.Select(error => Sentence(error, result)).Distinct();
        return CliError.Usage(string.Join(Environment.NewLine + "      ", messages), help);
    }

    /// <summary>An option that isn't there, taken for one of the words that the command wants; null: none. What follows <c>--</c> is a word.</summary>
    public static CliError? UnknownOption(ParseResult result)
    {
        var words = result.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens).ToHashSet(ReferenceEqualityComparer.Instance);
        return result.Tokens.TakeWhile(token => token.Type != TokenType.DoubleDash)
            .FirstOrDefault(token => token.Value.StartsWith('-') && token.Value.Length > 1 && words.Contains(token)) is { } unknown
            ? CliError.Usage(NoSuchOption(unknown.Value, result), $"{HelpText.FullName(result.CommandResult.Command)} --help shows the options; a word that starts with - goes behind --")
            : null;
    }

    private static string Sentence(ParseError error, ParseResult result)
    {
        if (error.SymbolResult is ArgumentResult { Tokens.Count: 0, Argument: var argument } && error.SymbolResult.Parent is CommandResult)
            return $"{argument.HelpName ?? argument.Name} is missing: {argument.Description}";
        if (error.SymbolResult is OptionResult { Tokens: [.., var given], Option: var option } && EnumOf(option) is { } choices)
            return $"'{given.Value}' is no value for {option.Name}; it is one of {string.Join(", ", Enum.GetNames(choices))}";
        var unknown = result.UnmatchedTokens.FirstOrDefault(token => error.Message.Contains($"'{token}'", StringComparison.Ordinal));
        if (unknown is null)
            return error.Message;
        return unknown.StartsWith('-') ? NoSuchOption(unknown, result) : $"'{unknown}' is one argument too many";
    }

    private static string NoSuchOption(string unknown, ParseResult result) =>
        Nearest(unknown.Split('=')[0], OptionNames(result.CommandResult)) is { } meant
            ? $"there is no option {unknown}; did you mean {meant}?"
            : $"there is no option {unknown} here";

    private static Type? EnumOf(Option option)
    {
        var type = Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType;
        return type.IsEnum ? type : null;
    }

    private static IEnumerable<string> OptionNames(CommandResult? result)
    {
        for (var level = result; level is not null; level = level.Parent as CommandResult)
            foreach (var option in level.Command.Options.Where(option => level == result || option.Recursive))
                yield return option.Name;
    }

    /// <summary>The word that is at most two typing mistakes away.</summary>
    internal static string? Nearest(string word, IEnumerable<string> known) =>
        known.Select(candidate => (candidate, Distance: Distance(word, candidate)))
            .Where(pair => pair.Distance <= 2 && pair.Distance < pair.candidate.Length)
            .OrderBy(pair => pair.Distance)
            .Select(pair => pair.candidate)
            .FirstOrDefault();

    // Levenshtein's distance.
    private static int Distance(string from, string to)
    {
        var previous = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var current = new int[to.Length + 1];
            current[0] = i;
            for (var j = 1; j <= to.Length; j++)
                current[j] = Math.Min(Math.Min(current[j - 1], previous[j]) + 1, previous[j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1));
            previous = current;
        }
        return previous[^1];
    }
}
