using System.CommandLine;
using Twinrunner.Cli.Options;
using Twinrunner.Cli.Servers;
using Twinrunner.Cli.Terminals;
using Twinrunner.Cli.Verbs;
using Twinrunner.Client;

namespace Twinrunner.Cli.Components;

/// <summary><c>twin component show</c></summary>
internal sealed class ShowComponentVerb : ServerVerb
{
    private readonly Argument<string> _component = new("COMPONENT") { Description = "Its name or id; NAME@VERSION shows one version, too." };
    private readonly Argument<string?> _version = new("VERSION") { Description = "Show this version.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _buildLog = new("--build-log") { Description = "Print what the last build of the version's image printed." };
    private readonly OutputOption _output = new();

    public ShowComponentVerb(CliContext context) : base(context, "show", "Show a component and its versions, or one version with its parameters.")
    {
        Add(_component);
        Add(_version);
        Add(_buildLog);
        Add(_output);
    }

    public override string Details => """
        Of a version it shows what a workflow file can set: parameters with types, defaults, options and bounds, ports and
        secrets. VERSION is a tag, latest, stable, or the beginning of a commit.
        """;

    public override IReadOnlyList<Example> Examples =>
    [
        new("twin component show trip-analysis", "its versions"),
        new("twin component show trip-analysis latest", "its parameters"),
        new("twin component show trip-analysis@latest --build-log", "why its image could not be built"),
    ];

    protected override async Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken)
    {
        var given = arguments.GetValue(_version);
        var (name, version) = given is null ? ComponentName.Split(arguments.GetRequiredValue(_component)) : (arguments.GetRequiredValue(_component), given);
        if (arguments.GetValue(_buildLog))
        {
            using var log = new StreamReader(await server.Client.OpenBuildLogAsync(name, version ?? "latest", cancellationToken));
            while (await log.ReadLineAsync(cancellationToken) is { } line)
                Terminal.Print(Terminal.ForOut(line));
            return ExitCode.Success;
        }
        if (version is not null)
        {
            var found = await server.Client.FindVersionAsync(name, version, cancellationToken)
                ?? throw CliError.NotFound($"there is no version {name}@{version}", $"twin component show {name} shows what there is");
            _output.Print(arguments, Terminal, found, writer => Write(found, writer));
            return ExitCode.Success;
        }
        var component = await server.Client.FindComponentAsync(name, cancellationToken)
            ?? throw CliError.NotFound($"there is no component '{name}'", "twin component list shows what there is");
        var versions = await Pages.AllAsync((after, token) => server.Client.ListVersionsAsync(name, after, 500, token), cancellationToken);
        _output.Print(arguments, Terminal, component, writer => Write(component, versions, writer));
        return ExitCode.Success;
    }

    private void Write(ComponentView component, IReadOnlyList<VersionView> versions, TextWriter writer)
    {
        var facts = new[] { component.Type, component.License, component.Author is null ? null : $"by {component.Author}", component.Deprecated ? "deprecated" : null };
        writer.WriteLine($"{Terminal.OutStyle.Paint(Tone.Strong, Terminal.ForOut(component.Name))}  {Terminal.ForOut(string.Join("  ", facts.OfType<string>()))}");
        writer.WriteLine(Terminal.ForOut($"{component.Repository}{(component.Subfolder is null ? "" : $" ({component.Subfolder})")}"));
        if (component.Description is not null)
            writer.WriteLine(Terminal.ForOut(component.Description));
        if (component.Tags.Count > 0)
            writer.WriteLine(Terminal.ForOut($"tags      {string.Join(", ", component.Tags)}"));
        if (component.Rules is { } rules)
            writer.WriteLine(Terminal.ForOut($"versions  {Rules(rules)}"));
        foreach (var (number, line) in component.Sync is { } sync ? SyncText.Long(sync, Context.Time).Index() : [])
            writer.WriteLine($"{(number == 0 ? "sync      " : "          ")}{Terminal.ForOut(line)}");
        foreach (var warning in component.Sync?.Warnings ?? [])
            writer.WriteLine($"{Terminal.OutStyle.Paint(Tone.Warning, "warning:")} {Terminal.ForOut(warning)}");
        writer.WriteLine();
        var table = new Table("VERSION", "COMMIT", "IMAGE", "REGISTERED", "REMARKS");
        foreach (var version in versions)
            table.Add(
                version.Name, version.Commit[..Math.Min(12, version.Commit.Length)], version.Image ?? "not built yet", Humane.Ago(version.CreatedAt, Context.Time), Remarks(version));
        table.WriteTo(writer, Terminal.OutStyle, Terminal.OutIsTerminal ? Terminal.Width : null);
    }

    private static string Rules(VersionRulesView rules) => string.Join(", ", new[]
    {
        rules.Branch is null ? null : $"commits of {rules.Branch}",
        rules.Tags is null ? null : $"tags {rules.Tags}",
        rules.Image is null ? null : $"image {rules.Image}",
        rules.Command is null ? null : $"command {string.Join(' ', rules.Command)}",
    }.OfType<string>());

    private static string Remarks(VersionView version) => version switch
    {
        { YankReason: { } reason } => $"yanked: {reason}",
        { Deprecated: true } => "deprecated",
        { Warnings.Count: > 0 } => Humane.Count(version.Warnings.Count, "warning"),
        _ => "",
    };

    private void Write(VersionView version, TextWriter writer)
    {
        var style = Terminal.OutStyle;
        var facts = new[] { version.Type, version.License, version.Deprecated ? "deprecated" : null };
        writer.WriteLine($"{style.Paint(Tone.Strong, Terminal.ForOut($"{version.ComponentName}@{version.Name}"))}  {Terminal.ForOut(string.Join("  ", facts.OfType<string>()))}");
        if (version.YankReason is { } reason)
            writer.WriteLine($"{style.Paint(Tone.Warning, "yanked")} {Humane.Ago(version.YankedAt, Context.Time)}: {Terminal.ForOut(reason)}");
        if (version.Description is not null)
            writer.WriteLine(Terminal.ForOut(version.Description));
        writer.WriteLine($"commit   {version.Commit}");
        if (version.Release is { } release)
            writer.WriteLine(Terminal.ForOut($"release  {(release.Title is { Length: > 0 } title ? $"{title}, " : "")}{(release.Prerelease ? "a pre-release, " : "")}{release.Url}"));
        writer.WriteLine(Terminal.ForOut($"image    {version.Image ?? "not built yet"}{(version.ImageDigest is null ? "" : $" ({version.ImageDigest})")}"));
        if (version.ImageFailure is { } failure)
            writer.WriteLine($"{Terminal.OutStyle.Paint(Tone.Warning, "no image:")} {Terminal.ForOut(failure)}");
        if (version.Command is { } command)
            writer.WriteLine(Terminal.ForOut($"command  {string.Join(' ', command)}"));
        if (version.Ports.Count > 0)
            writer.WriteLine(Terminal.ForOut($"ports    {string.Join(", ", version.Ports.Select(port => port.Name is null ? port.Container.ToString() : $"{port.Container} ({port.Name})"))}"));
        if (version.Secrets.Count > 0)
            writer.WriteLine(Terminal.ForOut($"secrets  {string.Join(", ", version.Secrets)}"));
        if (version.Gpu)
            writer.WriteLine("devices  gpu");
        if (version.Parameters.Count > 0)
        {
            writer.WriteLine();
            var table = new Table("PARAMETER", "TYPE", "DEFAULT", "VALUES", "DESCRIPTION");
            foreach (var parameter in version.Parameters)
                table.Add(parameter.Name, parameter.Type, parameter.Required ? "must be given" : parameter.Default, Values(parameter), parameter.Description);
            table.WriteTo(writer, style, Terminal.OutIsTerminal ? Terminal.Width : null);
        }
        foreach (var warning in version.Warnings)
            writer.WriteLine($"{style.Paint(Tone.Warning, "warning:")} {Terminal.ForOut(warning)}");
    }

    private static string Values(ParameterView parameter)
    {
        if (parameter.Options is { Count: > 0 } options)
            return string.Join(" | ", options) + (parameter.AllowCustomValue ? " | …" : "");
        return (parameter.Minimum, parameter.Maximum) switch
        {
            (null, null) => "",
            ({ } minimum, null) => $"≥ {minimum}",
            (null, { } maximum) => $"≤ {maximum}",
            var (minimum, maximum) => $"{minimum} to {maximum}",
        };
    }
}
