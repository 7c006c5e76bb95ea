using System.Buffers;
using System.Security.Cryptography;
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
public sealed class InputStager(IObjectStore objects, InputCache cache, OutputOptions options, TimeProvider time)
{
    private const int FolderMode = 0x1FF; // 777: the component may run as any user
    private const int Readable = 0x124; // 444
    private const nuint Clone = 0x40049409; // FICLONE of linux/fs.h

    /// <summary>Makes the input folder hold exactly these inputs.</summary>
    /// <param name="tell">As of <see cref="StorePatience"/>.</param>
    /// <exception cref="ObjectStoreException">An object is gone, or the store can't be reached.</exception>
    public async Task StageAsync(ResolvedInputs inputs, StepFolders folders, Func<string?, Task> tell, CancellationToken cancellationToken)
    {
        using var patience = new StorePatience(options.Patience, time, tell, CancellationToken.None);
        TreeRemoval.Empty(folders.Input); // what an earlier, interrupted staging left
        using var root = OpenFolder.Open(folders.Input);
        MakeFolders(root, inputs.Files);
        await Parallel.ForEachAsync(
            inputs.Files.Where(file => file.Kind == EntryKind.File),
            new ParallelOptions { MaxDegreeOfParallelism = options.Parallel, CancellationToken = cancellationToken },
            async (file, stop) => await PlaceAsync(root, file, patience, stop));
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

    private async Task PlaceAsync(OpenFolder root, InputFile file, StorePatience patience, CancellationToken cancellationToken)
    {
        using var target = root.CreateFile(file.PathBytes, file.Mode | Readable);
        if (file.Inline is { } text)
        {
            RandomAccess.Write(target, Encoding.UTF8.GetBytes(text), 0);
            return;
        }
        await patience.TryAsync(async () =>
        {
            await using var source = await OpenAsync(file, cancellationToken);
            if (source is not FileStream local || !CopyInKernel(local.SafeFileHandle, target, file.Size))
                await CopyAsync(source, target, file, cancellationToken);
            return true;
        }, cancellationToken);
    }

    private async Task<Stream> OpenAsync(InputFile file, CancellationToken cancellationToken)
    {
        return objects is ILocalObjects || !cache.Takes(file.Size)
            ? await DownloadAsync()
            : await cache.OpenAsync(file.Sha256, file.Size, async target =>
            {
                await using var source = await DownloadAsync();
                await CopyAsync(source, target, file, cancellationToken);
            }, cancellationToken);

        async Task<Stream> DownloadAsync() => await objects.GetAsync(file.Key, null, cancellationToken)
            ?? throw new ObjectStoreException($"The input '{file.Path}' is gone from the object store ('{file.Key}').");
    }

    private static async Task CopyAsync(Stream source, SafeFileHandle target, InputFile file, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(file.Size, 1, 256 * 1024));
        try
        {
            long copied = 0;
            while (await source.ReadAsync(buffer, cancellationToken) is > 0 and var count)
            {
                hash.AppendData(buffer, 0, count);
                await RandomAccess.WriteAsync(target, buffer.AsMemory(0, count), copied, cancellationToken);
                copied += count;
            }
            if (copied != file.Size)
                throw new ObjectStoreException($"The input '{file.Path}' has {copied} bytes in the object store instead of {file.Size}.");
            if (Convert.ToHexStringLower(hash.GetCurrentHash()) is var sha256 && sha256 != file.Sha256)
                throw new ObjectStoreException($"The input '{file.Path}' is damaged in the object store ('{file.Key}'): its SHA-256 is {sha256} instead of {file.Sha256}.");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>False: the kernel can't here. A file that is too short or too long is left to <see cref="CopyAsync"/>, which says so.</summary>
    private static bool CopyInKernel(SafeFileHandle source, SafeFileHandle target, long size)
    {
        if (RandomAccess.GetLength(source) != size)
            return false;
        if (FolderCalls.Ioctl(target, Clone, source) == 0)
            return true;
        long from = 0, to = 0;
        while (to < size && FolderCalls.CopyRange(source, ref from, target, ref to, (nuint)Math.Min(size - to, 1 << 30), 0) > 0)
        {
        }
        return to == size;
    }
}
