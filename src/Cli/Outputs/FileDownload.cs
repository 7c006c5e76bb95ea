using System.Security.Cryptography;
using Twinrunner.Cli.Servers;
using Twinrunner.Client;

namespace Twinrunner.Cli.Outputs;

/// <summary>
/// Fetches one file: into <c>NAME.twin-part</c> first, which a later try goes on with, and to its name only when its hash is
/// the one that the manifest promises.
/// </summary>
internal sealed class FileDownload(ServerConnection server, Action<long> progress)
{
    private const string PartSuffix = ".twin-part";
    private const int BufferSize = 128 * 1024;

    /// <returns>False: the same file was there already.</returns>
    public async Task<bool> FetchAsync(string outputId, OutputFileView file, string place, CancellationToken cancellationToken)
    {
        if (File.Exists(place) && new FileInfo(place).Length == file.Size && await HashAsync(place, cancellationToken) == file.Sha256)
        {
            progress(file.Size);
            return false;
        }
        var part = place + PartSuffix;
        // What an earlier try left may be of another file: then the hash says so, and it starts anew once.
        if (await TryAsync(outputId, file, part, cancellationToken) || await TryAsync(outputId, file, part, cancellationToken))
        {
            File.Move(part, place, overwrite: true);
            SetMode(file, place);
            return true;
        }
        throw new CliError(
            ExitCode.Trouble, $"{file.Path} arrived with another hash than the manifest's, twice",
            "the stored file is damaged, or something between changes it; `twin rerun` makes it again");
    }

    private async Task<bool> TryAsync(string outputId, OutputFileView file, string part, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var target = new FileStream(part, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, BufferSize);
        if (target.Length > file.Size)
            target.SetLength(0);
        await AppendAsync(target, hash, cancellationToken);
        var before = target.Length;
        progress(before);
        while (target.Length < file.Size)
        {
            var client = server.Client;
            var had = target.Length;
            try
            {
                await using var content = await client.OpenOutputFileAsync(outputId, file.Path, target.Length, cancellationToken);
                await CopyAsync(content, target, hash, cancellationToken);
            }
            catch (Exception failure) when (failure is ServerUnreachableException or HttpRequestException or HttpIOException)
            {
                // A connection that broke after it brought something is made again; one that brings nothing needs another server.
                if (target.Length == had && !await server.RecoverAsync(client, cancellationToken))
                    throw;
                continue;
            }
            if (target.Length == had)
                break;
        }
        if (target.Length == file.Size && (file.Sha256 is null || Convert.ToHexStringLower(hash.GetHashAndReset()) == file.Sha256))
            return true;
        progress(-target.Length);
        target.SetLength(0);
        return false;
    }

    private async Task CopyAsync(Stream content, FileStream target, IncrementalHash hash, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferSize];
        int read;
        while ((read = await content.ReadAsync(buffer, cancellationToken)) > 0)
        {
            await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            hash.AppendData(buffer, 0, read);
            progress(read);
        }
    }

    private static async Task AppendAsync(FileStream target, IncrementalHash hash, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferSize];
        int read;
        while ((read = await target.ReadAsync(buffer, cancellationToken)) > 0)
            hash.AppendData(buffer, 0, read);
    }

    private static async Task<string> HashAsync(string path, CancellationToken cancellationToken)
    {
        await using var content = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken));
    }

    // Only the plain permissions: a set-user-id bit of a component's file has no business here.
    private static void SetMode(OutputFileView file, string place)
    {
        if (OperatingSystem.IsWindows() || file.Mode is not { Length: > 0 } mode)
            return;
        try
        {
            File.SetUnixFileMode(place, (UnixFileMode)(Convert.ToInt32(mode, 8) & 0b111_111_111) | UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        catch (FormatException)
        {
            // A mode that nobody can read changes nothing about the content.
        }
    }
}
