using System.Security.Cryptography;
using Twinrunner.Storage.Objects;

namespace Twinrunner.Storage.Transfer;

/// <summary>Copies all objects from one store to another, some at once, and reads them back to compare their hashes. What is there already stays.</summary>
public static class ObjectTransfer
{
    private const int Parallel = 8;

    /// <param name="copied">Called for each object that is at the target now, by several threads at once.</param>
    /// <exception cref="TransferException">An object came back from the target as another one.</exception>
    /// <exception cref="ObjectStoreException">A store refuses.</exception>
    public static async Task<ObjectCount> CopyAsync(IObjectStore from, IObjectStore to, Action<ObjectInfo> copied, CancellationToken cancellationToken)
    {
        long objects = 0, bytes = 0, written = 0;
        await System.Threading.Tasks.Parallel.ForEachAsync(
            from.ListAsync("", cancellationToken),
            new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken },
            async (info, token) =>
            {
                if (await CopyAsync(info, from, to, token).ConfigureAwait(false) is not var (sha256, isNew))
                    return;
                Interlocked.Increment(ref objects);
                Interlocked.Add(ref bytes, info.Size);
                Interlocked.Add(ref written, isNew ? 1 : 0);
                copied(info with { Sha256 = sha256 });
            }).ConfigureAwait(false);
        return new(objects, bytes, written);
    }

    /// <summary>Lower-case hex of the object's SHA-256, or null when there is none.</summary>
    public static async Task<string?> HashAsync(IObjectStore store, string key, CancellationToken cancellationToken)
    {
        var content = await store.GetAsync(key, null, cancellationToken).ConfigureAwait(false);
        if (content is null)
            return null;
        await using (content.ConfigureAwait(false))
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Null: it was deleted since it was listed.</summary>
    private static async Task<(string Sha256, bool IsNew)?> CopyAsync(ObjectInfo info, IObjectStore from, IObjectStore to, CancellationToken cancellationToken)
    {
        if (await to.HeadAsync(info.Key, cancellationToken).ConfigureAwait(false) is { } there && there.Size == info.Size
            && await HashAsync(from, info.Key, cancellationToken).ConfigureAwait(false) is { } hash
            && hash == await HashAsync(to, info.Key, cancellationToken).ConfigureAwait(false))
            return (hash, false);
        var content = await from.GetAsync(info.Key, null, cancellationToken).ConfigureAwait(false);
        if (content is null)
            return null;
        await using (content.ConfigureAwait(false))
        {
            var put = await to.PutAsync(info.Key, content, new(info.Size), cancellationToken).ConfigureAwait(false);
            return await HashAsync(to, info.Key, cancellationToken).ConfigureAwait(false) == put.Sha256
                ? (put.Sha256!, true)
                : throw new TransferException($"The object '{info.Key}' came back from the target as another one than was put there.");
        }
    }
}

/// <param name="Written">Those that were not at the target yet.</param>
public sealed record ObjectCount(long Objects, long Bytes, long Written);
