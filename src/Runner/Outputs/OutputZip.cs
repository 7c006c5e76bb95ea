using System.IO.Compression;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;
using Twinrunner.Runner.Outputs.Manifests;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Objects;

namespace Twinrunner.Runner.Outputs;

/// <summary>Writes outputs as one zip, while it is downloaded: nothing is kept in between.</summary>
internal sealed class OutputZip(IObjectStore objects, ManifestReader manifests)
{
    private const int LinkType = 0xA000, FileType = 0x8000, FolderType = 0x4000;

    /// <param name="parts">Outputs, each below its folder (empty: none).</param>
    public async Task WriteAsync(Stream target, IAsyncEnumerable<(string Folder, Output Output)> parts, CancellationToken cancellationToken)
    {
        var pipe = PipeWriter.Create(target, new(leaveOpen: true));
        await using var body = new PipeBody(pipe);
        var zip = await ZipArchive.CreateAsync(body, ZipArchiveMode.Create, leaveOpen: true, Encoding.UTF8, cancellationToken);
        await using (zip)
        {
            await foreach (var (folder, output) in parts)
            {
                await foreach (var entry in manifests.ReadAsync(output, cancellationToken))
                {
                    if (entry.LeftOut is null)
                        await AddAsync(zip, folder, entry, output.CreatedAt, cancellationToken);
                }
            }
        }
        await pipe.FlushAsync(cancellationToken);
    }

    private async Task AddAsync(ZipArchive zip, string folder, ManifestEntry entry, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var name = (folder.Length == 0 ? "" : $"{SafeName(folder)}/") + SafeName(entry.Path);
        var added = zip.CreateEntry(entry.Kind == EntryKind.Folder ? name + "/" : name, CompressionLevel.Fastest);
        added.LastWriteTime = at;
        var mode = entry.Mode is { } octal ? Convert.ToInt32(octal, 8) : 0x1FF;
        // The upper half is the Unix mode: unpacking restores links and execute bits.
        added.ExternalAttributes = (mode | entry.Kind switch { EntryKind.Link => LinkType, EntryKind.Folder => FolderType, _ => FileType }) << 16;
        if (entry.Kind == EntryKind.Folder)
            return;
        await using var content = await added.OpenAsync(cancellationToken);
        if (entry.Kind == EntryKind.Link)
        {
            await content.WriteAsync(Encoding.UTF8.GetBytes(entry.Target!), cancellationToken);
            return;
        }
        await using var bytes = await objects.GetAsync(entry.Key!, null, cancellationToken)
            ?? throw new ObjectStoreException($"'{entry.Path}' is gone from the object store ('{entry.Key}').");
        await bytes.CopyToAsync(content, cancellationToken);
    }

    /// <summary>The path, with what misleads unpackers replaced; a hash keeps changed names apart.</summary>
    internal static string SafeName(string path)
    {
        if (!path.Any(c => char.IsControl(c) || c is '\\' or ':'))
            return path;
        var safe = string.Concat(path.Select(c => char.IsControl(c) || c is '\\' or ':' ? '_' : c));
        return $"{safe}~{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)).AsSpan(0, 4))}";
    }
}
