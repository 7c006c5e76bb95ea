using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using Twinrunner.Runner.Executors.Docker.Engine;
using Xunit;

namespace Twinrunner.TestKit.Executors;

/// <summary>The container engine of this machine, and a small image made without any image registry.</summary>
public static class TestEngine
{
    private const string Busybox = "/bin/busybox";
    private const string Repository = "twinrunner-test/tools";

    private static readonly SemaphoreSlim Lock = new(1);
    private static string? _image;

    /// <summary>The engine; skips the test, with the reason, when there is none.</summary>
    public static async Task<DockerEngine> OpenAsync(CancellationToken cancellationToken)
    {
        var engine = new DockerEngine(EngineAddress.FromEnvironment(Environment.GetEnvironmentVariable));
        try
        {
            await engine.PingAsync(cancellationToken);
            return engine;
        }
        catch (DockerException e)
        {
            engine.Dispose();
            Assert.Skip($"Needs a container engine. {e.Message}");
            throw;
        }
    }

    /// <summary>
    /// Reference of an image with a shell and the usual commands in <c>/bin</c>, the folders of ODTP's contract, and the users
    /// root and <c>user</c> (1000). It is imported from busybox-static's binary once and kept, named by its content.
    /// </summary>
    public static async Task<string> EnsureImageAsync(DockerEngine engine, CancellationToken cancellationToken)
    {
        await Lock.WaitAsync(cancellationToken);
        try
        {
            if (_image is not null && await engine.FindImageAsync(_image, cancellationToken) is not null)
                return _image;
            if (!File.Exists(Busybox))
                Assert.Skip($"Needs {Busybox} for the test image (package busybox-static).");
            using var tar = new MemoryStream();
            await WriteFileSystemAsync(tar, cancellationToken);
            var tag = Convert.ToHexStringLower(SHA256.HashData(tar.ToArray()))[..12];
            var reference = $"{Repository}:{tag}";
            tar.Position = 0;
            if (await engine.FindImageAsync(reference, cancellationToken) is null)
                await engine.ImportImageAsync(tar, Repository, tag, ["ENV PATH=/bin", "CMD [\"/bin/sh\"]"], cancellationToken);
            return _image = reference;
        }
        finally
        {
            Lock.Release();
        }
    }

    private static async Task WriteFileSystemAsync(Stream destination, CancellationToken cancellationToken)
    {
        await using var tar = new TarWriter(destination, TarEntryFormat.Ustar, leaveOpen: true);
        foreach (var folder in (string[])["bin", "dev", "etc", "proc", "sys", "root", "odtp", "odtp/odtp-input", "odtp/odtp-output", "odtp/odtp-logs", "odtp/odtp-workdir"])
            await AddAsync(tar, new(TarEntryType.Directory, folder) { Mode = (UnixFileMode)0b111_101_101 }, cancellationToken);
        await AddAsync(tar, new(TarEntryType.Directory, "tmp") { Mode = (UnixFileMode)0b001_111_111_111 }, cancellationToken);
        await AddTextAsync(tar, "etc/passwd", "root:x:0:0::/root:/bin/sh\nuser:x:1000:1000::/tmp:/bin/sh\n", cancellationToken);
        await AddTextAsync(tar, "etc/group", "root:x:0:\nuser:x:1000:\n", cancellationToken);
        await using var binary = File.OpenRead(Busybox);
        await AddAsync(tar, new(TarEntryType.RegularFile, "bin/busybox") { Mode = (UnixFileMode)0b111_101_101, DataStream = binary }, cancellationToken);
        foreach (var name in Commands)
            await AddAsync(tar, new(TarEntryType.SymbolicLink, "bin/" + name) { LinkName = "busybox" }, cancellationToken);
    }

    private static async Task AddTextAsync(TarWriter tar, string path, string text, CancellationToken cancellationToken)
    {
        using var data = new MemoryStream(Encoding.UTF8.GetBytes(text));
        await AddAsync(tar, new(TarEntryType.RegularFile, path) { DataStream = data }, cancellationToken);
    }

    private static Task AddAsync(TarWriter tar, UstarTarEntry entry, CancellationToken cancellationToken)
    {
        // The same bytes each time: the image is named by them.
        entry.ModificationTime = DateTimeOffset.UnixEpoch;
        return tar.WriteEntryAsync(entry, cancellationToken);
    }

    private static readonly string[] Commands =
    [
        "sh", "ash", "awk", "base64", "cat", "chmod", "chown", "cmp", "cp", "cut", "date", "dd", "df", "dirname", "env", "expr", "false", "find",
        "grep", "head", "hostname", "id", "ip", "kill", "ln", "ls", "mkdir", "mkfifo", "mknod", "mount", "mv", "nc", "nproc", "od", "ping",
        "printf", "ps", "pwd", "readlink", "rm", "sed", "seq", "sha256sum", "sleep", "sort", "stat", "su", "tail", "tar", "tee", "test",
        "touch", "tr", "true", "uname", "wc", "wget", "which", "whoami", "xargs", "yes", "httpd", "unzip", "gzip",
    ];
}
