using System.Formats.Tar;
using System.IO.Pipelines;
using System.Text;
using Twinrunner.Registry.Components;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Registry.Images;

/// <summary>What the engine gets to build from: the version's archive without what its .dockerignore leaves out.</summary>
internal sealed class BuildContext(VersionFiles files)
{
    private const int MaxRulesBytes = 256 << 10;

    /// <summary>Looks into the archive. Null: it is gone.</summary>
    public async Task<ArchiveLook?> LookAsync(ComponentVersion version, CancellationToken cancellationToken)
    {
        if (await files.OpenAsync(version, cancellationToken) is not { } content)
            return null;
        await using var archive = content;
        await using var tar = new TarReader(archive);
        var hasDockerfile = false;
        DockerIgnore? rules = null;
        while (await tar.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
        {
            hasDockerfile |= entry.Name == "Dockerfile";
            if (entry is { Name: DockerIgnore.FileName, DataStream: { } data, Length: <= MaxRulesBytes })
                rules = DockerIgnore.Parse(await new StreamReader(data, Encoding.UTF8).ReadToEndAsync(cancellationToken));
        }
        return new(hasDockerfile, rules);
    }

    /// <summary>Hands the context to <paramref name="use"/> as a stream that is made while it is read.</summary>
    public async Task<T> UseAsync<T>(ComponentVersion version, DockerIgnore? rules, Func<Stream, Task<T>> use, CancellationToken cancellationToken)
    {
        await using var archive = await files.OpenAsync(version, cancellationToken)
            ?? throw new FileNotFoundException($"The files of {version.Component.ComponentName} {version.Name} are gone from the object store.");
        if (rules is null)
            return await use(archive);
        var pipe = new Pipe();
        var filtering = FilterAsync(archive, rules, pipe.Writer, cancellationToken);
        try
        {
            return await use(pipe.Reader.AsStream(leaveOpen: true));
        }
        finally
        {
            await pipe.Reader.CompleteAsync();
            await filtering;
        }
    }

    /// <summary>Never throws: what goes wrong shows where the context is read.</summary>
    private static async Task FilterAsync(Stream archive, DockerIgnore rules, PipeWriter writer, CancellationToken cancellationToken)
    {
        try
        {
            await using (var from = new TarReader(archive, leaveOpen: true))
            await using (var to = new TarWriter(writer.AsStream(leaveOpen: true), TarEntryFormat.Pax))
            {
                while (await from.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
                    if (!rules.Excludes(entry.Name))
                        await to.WriteEntryAsync(entry, cancellationToken);
            }
            await writer.CompleteAsync();
        }
        catch (Exception exception)
        {
            await writer.CompleteAsync(exception);
        }
    }
}

internal sealed record ArchiveLook(bool HasDockerfile, DockerIgnore? Rules);
