using System.Collections.Concurrent;
using Amazon.S3;
using Amazon.S3.Model;

namespace Twinrunner.Storage.Objects.S3;

/// <summary>
/// Puts large objects in parts, several at once. Where the store fails, the parts that arrived stay there, and the next put of
/// the same content goes on after them.
/// </summary>
internal sealed class S3Uploads(IAmazonS3 client, S3Options options, PartMemory memory, TimeProvider time)
{
    private const int Parallel = 4;

    /// <summary>Uploads that are remembered to go on with; further ones are left to the sweep.</summary>
    private const int MaxUnfinished = 1000;

    private static readonly TimeSpan AbortLimit = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, S3Upload> _unfinished = new(StringComparer.Ordinal);

    /// <summary>Stores the first part and what the reader still gives, as one object.</summary>
    public async Task PutAsync(string fullKey, PartMemory.Part first, PartReader reader, PutOptions content, CancellationToken cancellationToken)
    {
        S3Upload? upload = null;
        var isToAbort = true;
        try
        {
            if (!_unfinished.TryRemove(fullKey, out upload))
                upload = await BeginAsync(fullKey, content, cancellationToken).ConfigureAwait(false);
            var parts = await SendAsync(upload, first, reader, cancellationToken).ConfigureAwait(false);
            reader.Verify();
            await CompleteAsync(fullKey, upload, parts, reader.Size, cancellationToken).ConfigureAwait(false);
            isToAbort = false;
        }
        catch (ObjectStoreException exception) when (upload is not null && exception.InnerException is not null && !S3Trouble.IsRefusal(exception))
        {
            isToAbort = _unfinished.Count >= MaxUnfinished || !_unfinished.TryAdd(fullKey, upload);
            throw;
        }
        finally
        {
            first.Dispose();
            if (isToAbort && upload is not null)
                await AbortAsync(upload).ConfigureAwait(false);
        }
    }

    private async Task<S3Upload> BeginAsync(string fullKey, PutOptions content, CancellationToken cancellationToken)
    {
        var token = Guid.NewGuid().ToString("N");
        var request = new InitiateMultipartUploadRequest
        {
            BucketName = options.Bucket,
            Key = fullKey,
            ContentType = content.ContentType,
            Metadata = { [S3Upload.TokenName] = token },
        };
        if (content.Sha256 is { } sha256)
            request.Metadata[S3ObjectStore.HashName] = sha256;
        (request.ServerSideEncryptionMethod, request.ServerSideEncryptionKeyManagementServiceKeyId) = options.ServerEncryption();
        var begun = await S3Trouble.GuardAsync(options, () => client.InitiateMultipartUploadAsync(request, cancellationToken), cancellationToken).ConfigureAwait(false);
        return new(client, options, fullKey, begun.UploadId, token);
    }

    /// <summary>Sends all parts, some at once. Returns how many there were.</summary>
    private async Task<int> SendAsync(S3Upload upload, PartMemory.Part first, PartReader reader, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = new HashSet<Task>();
        var number = 1;
        try
        {
            for (var part = first; ; part = await reader.NextAsync(memory, stop.Token).ConfigureAwait(false), number++)
            {
                var (current, sha256, content) = (number, reader.Sha256, part);
                running.Add(Task.Run(() => upload.SendAsync(current, content, sha256, stop.Token), CancellationToken.None));
                if (reader.AtEnd)
                    break;
                if (running.Count < Parallel)
                    continue;
                var done = await Task.WhenAny(running).ConfigureAwait(false);
                running.Remove(done);
                await done.ConfigureAwait(false);
            }
            await Task.WhenAll(running).ConfigureAwait(false);
            return number;
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task CompleteAsync(string fullKey, S3Upload upload, int parts, long size, CancellationToken cancellationToken)
    {
        ObjectStoreException? trouble = null;
        try
        {
            await upload.CompleteAsync(parts, cancellationToken).ConfigureAwait(false);
        }
        catch (ObjectStoreException exception)
        {
            trouble = exception; // it may be done all the same: when an answer gets lost the SDK asks again, and is refused
        }
        var head = await HeadAsync(fullKey, cancellationToken).ConfigureAwait(false);
        var isOurs = head?.Metadata[S3Upload.TokenName] == upload.Token;
        if (trouble is not null && !isOurs)
            throw trouble;
        if (isOurs && head!.ContentLength != size)
            throw new ObjectStoreException($"'{fullKey}' has {head.ContentLength} bytes in the object store, where {size} were sent.");
    }

    private async Task<GetObjectMetadataResponse?> HeadAsync(string fullKey, CancellationToken cancellationToken)
    {
        try
        {
            return await S3Trouble.GuardAsync(options, () => client.GetObjectMetadataAsync(options.Bucket, fullKey, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (ObjectStoreException exception) when (S3Trouble.IsMissing(exception))
        {
            return null;
        }
    }

    /// <summary>Frees the parts, if that can be done soon; else the sweep does it.</summary>
    private async Task AbortAsync(S3Upload upload)
    {
        using var limit = new CancellationTokenSource(AbortLimit, time);
        try
        {
            await upload.AbortAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is ObjectStoreException or OperationCanceledException)
        {
        }
    }
}
