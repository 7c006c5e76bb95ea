using System.Text;
using Microsoft.Win32.SafeHandles;
using Twinrunner.Runner.Executors;
using Twinrunner.Runner.Outputs.Files;
using Twinrunner.Runner.Outputs.Manifests;
using Twinrunner.Storage.Objects;

namespace Twinrunner.Runner.Outputs;

/// <summary>
/// Places inputs in the input folder: by reflink where the file system has it, else by a copy in the kernel. Never by hard
/// link: ODTP mounts the folder for writing, and a write through a link would change the stored object (docs/adr/0005-staging-copies.md).
/// </summary>
public sealed class InputStager(IObjectStore objects, OutputOptions options, TimeProvider time)
{
    private const int FolderMode = 0x1FF; // 777: the component may run as any user
    private const int Readable = 0x124; // 444
    private const nuint Clone = 0x40049409; // FICLONE of linux/fs.h

    /// <summary>Makes the input folder hold exactly these inputs.</summary>
    /// <exception cref="ObjectStoreException">An object is gone, or the store can't be reached.</exception>
    public async Task StageAsync(ResolvedInputs inputs, StepFolders folders, CancellationToken cancellationToken)
    {
        TreeRemoval.Empty(folders.Input); // what an earlier, interrupted staging left
        using var root = OpenFolder.Open(folders.Input);
        MakeFolders(root, inputs.Files);
        await Parallel.ForEachAsync(
            inputs.Files.Where(file => file.Kind == EntryKind.File),
            new ParallelOptions { MaxDegreeOfParallelism = options.Parallel, CancellationToken = cancellationToken },
            async (file, stop) => await PlaceAsync(root, file, stop));
        // Last: until now there is nothing in the folder that could lead out of it.
        foreach (var link in inputs.Files.Where(file => file.Kind == EntryKind.Link))
            root.MakeLink(link.PathBytes, Encoding.UTF8.GetBytes(link.Target!));
    }

    private static void MakeFolders(OpenFolder root, IReadOnlyList<InputFile> files)
    {
        var made = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            var path = file.PathBytes;
            var end = file.Kind == EntryKind.Folder ? path.Length : path.AsSpan().LastIndexOf((byte)'/');
            if (end <= 0 || made.Contains(Encoding.Latin1.GetString(path, 0, end)))
                continue;
            for (var i = 1; i <= end; i++)
            {
                if ((i == end || path[i] == '/') && made.Add(Encoding.Latin1.GetString(path, 0, i)))
                    root.MakeFolder(path.AsSpan(0, i), FolderMode);
            }
        }
    }

    private async Task PlaceAsync(OpenFolder root, InputFile file, CancellationToken cancellationToken)
    {
        using var target = root.CreateFile(file.PathBytes, file.Mode | Readable);
        if (file.Inline is { } text)
        {
            RandomAccess.Write(target, Encoding.UTF8.GetBytes(text), 0);
            return;
        }
        await Patience.TryAsync(async () =>
        {
            await using var source = await objects.GetAsync(file.Key, null, cancellationToken)
                ?? throw new ObjectStoreException($"The input '{file.Path}' is gone from the object store ('{file.Key}').");
            await CopyAsync(source, target, file, cancellationToken);
            return true;
        }, options.Patience, time, cancellationToken);
    }

    private static async Task CopyAsync(Stream source, SafeFileHandle target, InputFile file, CancellationToken cancellationToken)
    {
        var copied = source is FileStream local ? CopyInKernel(local.SafeFileHandle, target, file.Size) : 0;
        if (copied == 0 && file.Size > 0)
        {
            var buffer = new byte[81920];
            while (await source.ReadAsync(buffer, cancellationToken) is > 0 and var count)
            {
                await RandomAccess.WriteAsync(target, buffer.AsMemory(0, count), copied, cancellationToken);
                copied += count;
            }
        }
        if (copied != file.Size)
            throw new ObjectStoreException($"The input '{file.Path}' has {copied} bytes in the object store instead of {file.Size}.");
    }

    /// <summary>Bytes copied; 0: the kernel can't here.</summary>
    private static long CopyInKernel(SafeFileHandle source, SafeFileHandle target, long size)
    {
        if (FolderCalls.Ioctl(target, Clone, source) == 0)
            return RandomAccess.GetLength(target);
        long from = 0, to = 0;
        while (to < size && FolderCalls.CopyRange(source, ref from, target, ref to, (nuint)Math.Min(size - to, 1 << 30), 0) > 0)
        {
        }
        return to;
    }
}
