using System.IO.Pipelines;
using Twinrunner.Registry.Sources;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Objects;

namespace Twinrunner.Registry.Components;

/// <summary>The files of every version, as a tar in the object store: any node can build it, whatever becomes of its repository.</summary>
public sealed class SourceArchives(IObjectStore objects)
{
    /// <summary>Stores the version's files. Returns what went in.</summary>
    public async Task<ArchiveReport> StoreAsync(Id<Component> component, IComponentSource source, SourceVersion version, CancellationToken cancellationToken)
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 1 << 20, resumeWriterThreshold: 1 << 19));
        var writing = WriteAsync(source, version, pipe.Writer, cancellationToken);
        try
        {
            await objects.PutAsync(Key(component, version.Commit), pipe.Reader.AsStream(leaveOpen: true), new(ContentType: "application/x-tar"), cancellationToken);
        }
        catch
        {
            await pipe.Reader.CompleteAsync();
            await writing; // what went wrong there is the cause
            throw;
        }
        await pipe.Reader.CompleteAsync();
        return await writing;
    }

    /// <summary>The tar, or null when it is gone.</summary>
    public Task<Stream?> OpenAsync(Id<Component> component, string commit, CancellationToken cancellationToken) =>
        objects.GetAsync(Key(component, commit), null, cancellationToken);

    public Task DeleteAsync(Id<Component> component, string commit, CancellationToken cancellationToken) =>
        objects.DeleteAsync(Key(component, commit), cancellationToken);

    private static async Task<ArchiveReport> WriteAsync(IComponentSource source, SourceVersion version, PipeWriter writer, CancellationToken cancellationToken)
    {
        try
        {
            var report = await source.WriteArchiveAsync(version, writer.AsStream(leaveOpen: true), cancellationToken);
            await writer.CompleteAsync();
            return report;
        }
        catch (Exception exception)
        {
            await writer.CompleteAsync(exception); // the put fails with it and stores nothing
            throw;
        }
    }

    private static string Key(Id<Component> component, string commit) => $"components/{component}/{commit}.tar";
}
