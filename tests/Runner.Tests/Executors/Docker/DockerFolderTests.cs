using System.Diagnostics;
using Twinrunner.Runner.Executors;
using Twinrunner.TestKit;
using Twinrunner.TestKit.Executors;

namespace Twinrunner.Runner.Tests.Executors.Docker;

public sealed class DockerFolderTests : DockerTests
{
    private const string AnotherUser = "65534";

    /// <summary>Folders and files that only root may open, at several depths; links, a pipe, and two names of one file.</summary>
    private const string LeaveRootsFiles = """
        cd /odtp/odtp-output; umask 077
        mkdir -p closed/inner/deep open; echo 1 > closed/inner/deep/f; echo 2 > open/f; echo 3 > top; chmod 755 open
        ln top second; ln -s /etc/passwd link; mkfifo pipe; chmod 0 open/f; mkdir 'odd
        name'; echo 4 > 'odd
        name/x'; i=0; mkdir many; while [ $i -lt 40 ]; do echo $i > many/$i; i=$((i+1)); done
        mkdir /odtp/odtp-logs/l; echo log > /odtp/odtp-logs/l/log.txt; chmod 700 /odtp/odtp-output
        """;

    [Fact]
    public async Task What_root_left_is_collected_and_removed_by_another_user()
    {
        if (Environment.IsPrivilegedProcess)
        {
            await RunThisAsAnotherUserAsync();
            return;
        }
        var plan = Rig.Shell(LeaveRootsFiles);
        var (result, sink) = await RunAsync(plan);
        Assert.True(result.Succeeded, result.Message + Errors(sink));
        var output = plan.Folders!.Output;
        Assert.Equal("1\n", await File.ReadAllTextAsync(Path.Combine(output, "closed/inner/deep/f"), Cancel));
        Assert.Equal("2\n", await File.ReadAllTextAsync(Path.Combine(output, "open/f"), Cancel));
        Assert.Equal("3\n", await File.ReadAllTextAsync(Path.Combine(output, "top"), Cancel));
        Assert.Equal("3\n", await File.ReadAllTextAsync(Path.Combine(output, "second"), Cancel));
        Assert.Equal("4\n", await File.ReadAllTextAsync(Path.Combine(output, "odd\nname/x"), Cancel));
        Assert.Equal("39\n", await File.ReadAllTextAsync(Path.Combine(output, "many/39"), Cancel));
        Assert.Equal("/etc/passwd", new FileInfo(Path.Combine(output, "link")).LinkTarget);
        Assert.Equal("log\n", await File.ReadAllTextAsync(Path.Combine(plan.Folders.Logs, "l/log.txt"), Cancel));
        Directory.Delete(output, recursive: true);
        Directory.Delete(plan.Folders.Logs, recursive: true);
    }

    [Fact]
    public async Task A_snapshot_is_really_of_the_work_directory()
    {
        var plan = Rig.Shell("cd /odtp/odtp-workdir; mkdir -p a/b; echo x > a/b/c; ln -s b/c a/link; ln -s /etc/passwd out; mkfifo p; exit 3") with { Snapshot = true };
        var (result, sink) = await RunAsync(plan);
        Assert.Equal(3, result.ExitCode);
        Assert.Equal("x\n", await File.ReadAllTextAsync(Path.Combine(plan.Folders!.Snapshot, "a/b/c"), Cancel));
        Assert.Equal("x\n", await File.ReadAllTextAsync(Path.Combine(plan.Folders.Snapshot, "a/link"), Cancel));
        Assert.Equal(["a"], Directory.EnumerateFileSystemEntries(plan.Folders.Snapshot).Select(Path.GetFileName));
        Assert.Contains("left out 2 entries", sink.RunnerText, StringComparison.Ordinal);
    }

    /// <summary>The test program is run again, for this test alone, as a user who may use the engine and nothing else.</summary>
    private static async Task RunThisAsAnotherUserAsync()
    {
        var assembly = typeof(DockerFolderTests).Assembly.Location;
        var group = await GroupOfEngineAsync();
        string[] command = ["setpriv", $"--reuid={AnotherUser}", $"--regid={AnotherUser}", $"--groups={group}", Environment.ProcessPath!];
        string[] arguments = [.. Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [assembly] : Array.Empty<string>(), "-method", $"*.{nameof(What_root_left_is_collected_and_removed_by_another_user)}"];
        using var home = new TestFolder();
        File.SetUnixFileMode(home.Path, (UnixFileMode)0b111_111_111);
        var start = new ProcessStartInfo(command[0], [.. command[1..], .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = home.Path,
        };
        start.Environment["HOME"] = home.Path;
        start.Environment["TMPDIR"] = home.Path;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(Cancel);
        var errors = process.StandardError.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);
        if (process.ExitCode != 0 && (await errors).Contains("Permission denied", StringComparison.Ordinal))
            Assert.Skip("Another user may not read the folder of the tests.");
        Assert.True(process.ExitCode == 0, await output + await errors);
        Assert.Contains("Failed: 0", await output, StringComparison.Ordinal);
    }

    private static async Task<string> GroupOfEngineAsync()
    {
        var socket = Twinrunner.Runner.Executors.Docker.Engine.EngineAddress.FromEnvironment(Environment.GetEnvironmentVariable).SocketPath;
        using var process = Process.Start(new ProcessStartInfo("stat", ["-c", "%g", socket]) { RedirectStandardOutput = true })!;
        return (await process.StandardOutput.ReadToEndAsync(Cancel)).Trim();
    }
}
