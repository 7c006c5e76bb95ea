using System.Text;
using Microsoft.Win32.SafeHandles;
using Twinrunner.Runner.Outputs.Files;
using Twinrunner.Runner.Outputs.Manifests;
using Twinrunner.Storage.Objects;

namespace Twinrunner.Runner.Outputs;

/// <summary>Stores the files of one folder of an attempt.</summary>
/// <param name="known">Keys of files that are stored already, by size and hash: the step's inputs.</param>
internal sealed class FileUpload(
    IObjectStore objects, string root, string prefix, IReadOnlyDictionary<(long Size, string Sha256), string> known, StorePatience patience, TimeProvider time)
{
    private const int MaxTries = 4;

    /// <summary>From so many files on, flushing the file system once costs less than flushing each.</summary>
    private const int FewFiles = 32;

    private int _stored;
    private readonly HashSet<long> _knownSizes = [.. known.Keys.Select(key => key.Size)];

    /// <summary>Stores the file and returns its entry in the manifest. Disposes the item's file.</summary>
    /// <exception cref="ObjectStoreException">The store refuses for too long.</exception>
    /// <exception cref="FileChangingException">The file is written while it is read.</exception>
    public async Task<ManifestEntry> StoreAsync(TreeItem item, CancellationToken cancellationToken)
    {
        var entry = ManifestEntry.At(item.Path) with { Mode = Convert.ToString(item.Mode, 8) };
        if (item.LeftOut is { } why)
            return entry with { Kind = EntryKind.Other, LeftOut = why, Mode = null };
        if (item.LinkTarget is { } target)
            return entry with { Kind = EntryKind.Link, Target = Encoding.UTF8.GetString(target), Mode = null };
        if (item.File is not { } file)
            return entry with { Kind = EntryKind.Folder };
        using (file)
        {
            for (var tries = 1; tries <= MaxTries; tries++)
            {
                if (await TryStoreAsync(file, entry, cancellationToken) is { } stored)
                    return stored;
                if (tries < MaxTries)
                    await Task.Delay(TimeSpan.FromMilliseconds(100 * tries), time, cancellationToken);
            }
        }
        throw new FileChangingException(entry.Path);
    }

    /// <summary>Makes what was stored durable, where it isn't yet: before anything refers to it.</summary>
    public Task FlushAsync(CancellationToken cancellationToken) =>
        _stored > FewFiles && objects is ILocalObjects local
            ? patience.TryAsync(async () =>
            {
                await local.FlushAsync(cancellationToken);
                return true;
            }, cancellationToken)
            : Task.CompletedTask;

    /// <summary>The key of a file: readable where a key can say its path, else the hash of the path.</summary>
    internal static string KeyOf(string prefix, ManifestEntry entry)
    {
        var key = $"{prefix}/{entry.Path}";
        return entry.RawPath is null && !entry.Path.StartsWith(OutputCollector.Own, StringComparison.Ordinal) && !entry.Path.Any(char.IsControl) && ObjectKey.IsValid(key)
            ? key
            : $"{prefix}/{OutputCollector.Own}names/{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(entry.PathBytes))}";
    }

    /// <summary>Null: the file changed meanwhile.</summary>
    private async Task<ManifestEntry?> TryStoreAsync(SafeFileHandle file, ManifestEntry entry, CancellationToken cancellationToken)
    {
        if (OpenFolder.Status(file) is not { } before)
            return null;
        var (key, sha256) = await StoreContentAsync(file, before.Size, entry, cancellationToken);
        return key is not null && OpenFolder.Status(file) is { } after && SameContent(before, after)
            ? entry with { Size = before.Size, Sha256 = sha256, Key = key }
            : null;
    }

    private static bool SameContent(FileStatus before, FileStatus after) =>
        (before.Size, before.ModifiedSeconds, before.ModifiedNanoseconds) == (after.Size, after.ModifiedSeconds, after.ModifiedNanoseconds);

    /// <summary>Stores what is there now, or finds that it is stored already. No key: bytes were missing.</summary>
    private async Task<(string? Key, string Sha256)> StoreContentAsync(SafeFileHandle file, long size, ManifestEntry entry, CancellationToken cancellationToken)
    {
        var key = KeyOf(prefix, entry);
        var local = entry.RawPath is null ? objects as ILocalObjects : null;
        if (local is null && !_knownSizes.Contains(size))
            return await PutAsync(key, file, size, null, cancellationToken); // the store hashes what it sends: the file is read once

        await using var content = new FileContent(file, size);
        if (await content.HashAsync(cancellationToken) is not { } sha256)
            return (null, "");
        if (known.TryGetValue((size, sha256), out var input))
            return (input, sha256);
        if (local is null)
            return await PutAsync(key, file, size, sha256, cancellationToken);
        return await patience.TryAsync(async () =>
        {
            // On one file system nothing is copied. The component has ended: nobody writes to the file any more.
            await local.PutFileAsync(key, Path.Combine(root, entry.Path), new(size, sha256), Interlocked.Increment(ref _stored) <= FewFiles, cancellationToken);
            return ((string?)key, sha256);
        }, cancellationToken);
    }

    private Task<(string? Key, string Sha256)> PutAsync(string key, SafeFileHandle file, long size, string? sha256, CancellationToken cancellationToken) =>
        patience.TryAsync(async () =>
        {
            await using var content = new FileContent(file, size);
            try
            {
                return ((string?)key, (await objects.PutAsync(key, content, new(size, sha256), cancellationToken)).Sha256!);
            }
            catch (ObjectStoreException) when (content.EndedEarly)
            {
                return (null, "");
            }
        }, cancellationToken);
}

/// <summary>A file of the outputs is written while it is read.</summary>
internal sealed class FileChangingException(string path)
    : Exception($"The output '{path}' kept changing while it was stored: something of the step still writes to it.");
