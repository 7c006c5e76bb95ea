using System.CommandLine;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using Twinrunner.Cli.Options;
using Twinrunner.Cli.Servers;
using Twinrunner.Cli.Verbs;
using Twinrunner.Runner.Hosting;

namespace Twinrunner.Cli.Serving;

/// <summary><c>twin serve</c></summary>
internal sealed class ServeVerb : Verb
{
    private readonly List<(HostSetting Setting, Option Option)> _flags = [];

    public ServeVerb(CliContext context) : base(context, "serve", "Serve a data folder: REST interface, scheduler and runner in one process.")
    {
        foreach (var setting in HostSettingList.All.Where(setting => setting.Flag is not null))
        {
            var help = $"{char.ToUpperInvariant(setting.Help[0])}{setting.Help[1..]} (default {setting.Default}; or {setting.Variable}).";
            Option option = setting.IsSwitch
                ? new Option<bool>(setting.Flag!) { Description = help }
                : new Option<string>(setting.Flag!) { Description = help, HelpName = "VALUE" };
            _flags.Add((setting, option));
            Add(option);
        }
    }

    public override string Details => """
        Runs until Ctrl-C or SIGTERM and prints one line with its address when it is ready. Stopping leaves containers
        running: the next server of the same data folder takes them over and loses no line of their logs.

        Every flag can also be a variable or a line of twinrunner.json in the data folder; flags win over variables, and
        these over the file. Listening anywhere but on this machine is refused without a token.
        """;

    public override IReadOnlyList<Example> Examples =>
    [
        new("twin serve", "on http://127.0.0.1:7466, for this machine only"),
        new("twin serve --data /srv/twin --slots 8", "another folder, eight steps at once"),
        new("twin serve --listen http://127.0.0.1:0", "on any free port; the line on stdout says which"),
    ];

    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var settings = Settings(arguments);
        await using var host = await StartAsync(settings, cancellationToken);
        Terminal.Print($"serving {settings.DataFolder} at {ServerFile.Read(settings.DataFolder)?.Address ?? string.Join(", ", settings.Urls)}");
        var failed = await EndAsync(host, cancellationToken);
        await host.StopAsync(CancellationToken.None);
        return failed ? ExitCode.Trouble : ExitCode.Success;
    }

    /// <summary>Waits for a signal, or for the host to give up by itself.</summary>
    /// <returns>True: it gave up.</returns>
    private static async Task<bool> EndAsync(WebApplication host, CancellationToken cancellationToken)
    {
        var ended = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var stopping = host.Lifetime.ApplicationStopping.Register(() => ended.TrySetResult(true));
        await using var signal = cancellationToken.Register(() => ended.TrySetResult(false));
        return await ended.Task;
    }

    private static async Task<WebApplication> StartAsync(HostSettings settings, CancellationToken cancellationToken)
    {
        try
        {
            return await RunnerHost.StartAsync(settings, cancellationToken);
        }
        catch (DataFolderInUseException inUse)
        {
            throw new CliError(ExitCode.NotFoundOrConflict, inUse.Message, next: null, inUse);
        }
        catch (InvalidSettingsException invalid)
        {
            throw CliError.Usage(invalid.Message, "docs/configuration.md lists all settings");
        }
        catch (IOException failure) when (failure.Message.Contains("address already in use", StringComparison.OrdinalIgnoreCase))
        {
            throw new CliError(ExitCode.NotFoundOrConflict, failure.Message, "choose another with --listen http://127.0.0.1:PORT (0: any free one)", failure);
        }
    }

    private HostSettings Settings(ParseResult arguments)
    {
        var flags = new Dictionary<string, string>();
        if (arguments.GetValue(ServerOptions.Data) is { } data)
            flags["--data"] = data;
        foreach (var (setting, option) in _flags)
        {
            if (option is Option<bool> @switch && arguments.GetValue(@switch))
                flags[setting.Flag!] = "yes";
            else if (option is Option<string> text && arguments.GetValue(text) is { } value)
                flags[setting.Flag!] = value;
        }
        try
        {
            return HostSettingsReader.Read(flags, Context.Environment);
        }
        catch (InvalidSettingsException invalid)
        {
            throw CliError.Usage(invalid.Message, "docs/configuration.md lists all settings");
        }
    }
}
