using Twinrunner.Registry.Odtp;

namespace Twinrunner.Registry.Sources;

/// <summary>A folder that is in no git repository. Its version is its content.</summary>
internal sealed class FolderSource(string folder, RegistryOptions options) : IComponentSource
{
    public string Repository => folder;
    public string Subfolder => "";
    public string SuggestedName => Path.GetFileName(folder);

    public async Task<SourceListing> ListAsync(SourceSelection selection, CancellationToken cancellationToken)
    {
        if (selection.Commit is not null)
            throw new SourceException($"'{folder}' is in no git repository, so it has no commit '{selection.Commit}'.");
        if (selection.Branch is not null || selection.TagPattern is not null)
            throw new SourceException($"'{folder}' is in no git repository, so it has neither branches nor tags.");
        var file = await ReadOdtpFileAsync(folder, cancellationToken);
        if (file is null && !selection.WithoutOdtpFile)
            throw Missing(folder);
        await using var archive = new TreeArchive(Stream.Null, options);
        await LocalTree.AddAsync(folder, LocalTree.Walk(folder), archive, cancellationToken);
        return new([new SourceVersion(SourceKind.Folder, null, archive.ContentHash, file)], []);
    }

    public async Task<ArchiveReport> WriteArchiveAsync(SourceVersion version, Stream tar, CancellationToken cancellationToken)
    {
        await using var archive = new TreeArchive(tar, options);
        await LocalTree.AddAsync(folder, LocalTree.Walk(folder), archive, cancellationToken);
        return archive.ContentHash == version.Commit ? archive.Report : throw LocalTree.Changing(folder);
    }

    internal static SourceException Missing(string folder) => new($"There is no odtp.yml in '{folder}'.");

    /// <summary>Up to one byte more than the reader takes, so that it sees that there is more. Null: there is none.</summary>
    internal static async Task<ReadOnlyMemory<byte>?> ReadOdtpFileAsync(string folder, CancellationToken cancellationToken)
    {
        foreach (var name in OdtpFileNames)
        {
            var file = new FileInfo(Path.Combine(folder, name));
            if (!file.Exists || file.LinkTarget is not null)
                continue;
            await using var content = file.OpenRead();
            var bytes = new byte[OdtpFileReader.MaxBytes + 1];
            return bytes.AsMemory(0, await content.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken));
        }
        return null;
    }

    internal static IReadOnlyList<string> OdtpFileNames { get; } = ["odtp.yml", "odtp.yaml"];
}
