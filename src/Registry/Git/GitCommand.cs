using System.Collections;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Twinrunner.Registry.Sources;

namespace Twinrunner.Registry.Git;

/// <summary>
/// Runs the <c>git</c> command on repositories that nobody trusts: arguments as a list, no hooks, no prompts, only known
/// protocols, no redirects, no configuration or stored logins but our own, a time limit. Nothing is ever checked out, so no
/// filter, LFS or submodule command runs.
/// </summary>
internal sealed class GitCommand(RegistryOptions options, TimeProvider time)
{
    private const int MaxOutputBytes = 64 << 20;
    private const int KeptErrorBytes = 8 << 10;

    /// <summary>
    /// A file and not <c>-c</c>, because the process that serves a local fetch must see it too. <c>safe.directory</c>: what is read
    /// belongs to other users as well; git's reason to refuse them is their configuration, of which the serving side heeds none that runs anything.
    /// </summary>
    private const string Configuration = """
        [safe]
            directory = *
        [core]
            hooksPath = /dev/null
            fsmonitor = false
            attributesFile = /dev/null
        [protocol]
            allow = never
        [protocol "file"]
            allow = always
        [protocol "https"]
            allow = always
        [protocol "http"]
            allow = always
        [protocol "ssh"]
            allow = always
        [protocol "git"]
            allow = always
        [http]
            followRedirects = false
            lowSpeedLimit = 1000
            lowSpeedTime = 60
        [credential]
            helper =
        [submodule]
            recurse = false
        [gc]
            auto = 0
        [maintenance]
            auto = false
        [fetch]
            recurseSubmodules = false
            unpackLimit = 1
        [advice]
            detachedHead = false
        """;

    private static readonly Dictionary<string, string> NoConfiguration = [];

    private readonly Lock _gate = new();
    private string? _configurationFile;

    /// <summary>Runs it on this machine and keeps its output.</summary>
    public Task<GitResult> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken) => RunAsync(arguments, null, cancellationToken);

    /// <summary>Runs it and keeps its output.</summary>
    /// <param name="remote">The only repository elsewhere that it may talk to; null: none.</param>
    public Task<GitResult> RunAsync(IReadOnlyList<string> arguments, GitRemote? remote, CancellationToken cancellationToken) =>
        RunAsync(arguments, remote, options.GitTimeout, cancellationToken);

    /// <param name="limit">Time that it may take.</param>
    public async Task<GitResult> RunAsync(IReadOnlyList<string> arguments, GitRemote? remote, TimeSpan limit, CancellationToken cancellationToken)
    {
        var output = new MemoryStream();
        var (exitCode, error) = await TalkAsync(arguments, async (_, stdout, token) =>
        {
            var buffer = new byte[81920];
            for (int read; (read = await stdout.ReadAsync(buffer, token)) > 0;)
            {
                if (output.Length + read > MaxOutputBytes)
                    throw new SourceException($"'git {arguments[0]}' printed more than {MaxOutputBytes >> 20} MiB: the repository has too many files or tags.");
                output.Write(buffer, 0, read);
            }
        }, remote, limit, cancellationToken);
        return new(exitCode, output.GetBuffer().AsMemory(0, (int)output.Length), error);
    }

    /// <summary>Runs it on this machine while <paramref name="talk"/> writes its input and reads its output to the end.</summary>
    public Task TalkAsync(IReadOnlyList<string> arguments, Func<Stream, Stream, CancellationToken, Task> talk, CancellationToken cancellationToken) =>
        TalkAsync(arguments, talk, null, options.GitTimeout, cancellationToken);

    private async Task<(int ExitCode, string Error)> TalkAsync(
        IReadOnlyList<string> arguments, Func<Stream, Stream, CancellationToken, Task> talk, GitRemote? remote, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var tooLong = new CancellationTokenSource(limit, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, tooLong.Token);
        using var process = Start(arguments, remote);
        try
        {
            var error = ReadEndAsync(process.StandardError.BaseStream, linked.Token);
            await talk(process.StandardInput.BaseStream, process.StandardOutput.BaseStream, linked.Token);
            process.StandardInput.Close();
            await process.WaitForExitAsync(linked.Token);
            return (process.ExitCode, await error);
        }
        catch (OperationCanceledException) when (tooLong.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new SourceException($"git took longer than {limit.TotalMinutes:0.#} minutes and was stopped.");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    private Process Start(IReadOnlyList<string> arguments, GitRemote? remote)
    {
        var start = new ProcessStartInfo("git", arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = options.MirrorFolder,
        };
        var configuration = EnsureConfiguration();
        // GIT_DIR and its like are set where a server is started from a hook.
        foreach (var name in Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(entry => (string)entry.Key))
            if (name.StartsWith("GIT_", StringComparison.Ordinal))
                start.Environment.Remove(name);
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        start.Environment["GIT_CONFIG_GLOBAL"] = configuration;
        start.Environment["GIT_ATTR_NOSYSTEM"] = "1";
        start.Environment["GIT_TERMINAL_PROMPT"] = "0";
        start.Environment["GIT_ASKPASS"] = "true";
        start.Environment["GIT_SSH_COMMAND"] = $"ssh -oBatchMode=yes -oConnectTimeout=30{remote?.SshOptions}";
        start.Environment["GIT_ALLOW_PROTOCOL"] = remote?.Protocol ?? "none";
        AddConfiguration(start.Environment, remote?.Configuration ?? NoConfiguration);
        start.Environment["GIT_LFS_SKIP_SMUDGE"] = "1";
        start.Environment["GIT_NO_REPLACE_OBJECTS"] = "1";
        start.Environment["GIT_OPTIONAL_LOCKS"] = "0";
        start.Environment["LC_ALL"] = "C";
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception exception)
        {
            throw new SourceException("The command 'git' can't be started: install git on the machine where the server runs.", exception);
        }
    }

    private static void AddConfiguration(IDictionary<string, string?> environment, IReadOnlyDictionary<string, string> configuration)
    {
        environment["GIT_CONFIG_COUNT"] = configuration.Count.ToString(CultureInfo.InvariantCulture);
        foreach (var (number, (key, value)) in configuration.Index())
        {
            environment[$"GIT_CONFIG_KEY_{number}"] = key;
            environment[$"GIT_CONFIG_VALUE_{number}"] = value;
        }
    }

    private string EnsureConfiguration()
    {
        lock (_gate)
        {
            if (_configurationFile is null || !File.Exists(_configurationFile))
            {
                Directory.CreateDirectory(options.MirrorFolder);
                var file = Path.Combine(options.MirrorFolder, "gitconfig");
                File.WriteAllText(file, Configuration);
                _configurationFile = file;
            }
            return _configurationFile;
        }
    }

    /// <summary>Reads to the end so that the process never waits, and keeps the last of it.</summary>
    private static async Task<string> ReadEndAsync(Stream stream, CancellationToken cancellationToken)
    {
        var kept = new MemoryStream();
        var buffer = new byte[4096];
        for (int read; (read = await stream.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (kept.Length + read > KeptErrorBytes)
                kept.SetLength(0);
            kept.Write(buffer, 0, read);
        }
        return Encoding.UTF8.GetString(kept.GetBuffer(), 0, (int)kept.Length);
    }
}
