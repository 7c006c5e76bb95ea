using System.Collections.Concurrent;
using Amazon.S3;
using Amazon.S3.Model;

namespace Twinrunner.Storage.Objects.S3;

/// <summary>One upload in parts that was begun at the store, and what of it has arrived.</summary>
internal sealed class S3Upload(IAmazonS3 client, S3Options options, string fullKey, string id, string token)
{
    /// <summary>Metadata that says which upload made an object.</summary>
    public const string TokenName = "twin-upload";

    private readonly ConcurrentDictionary<int, SentPart> _sent = new();

    public string Token => token;

    /// <summary>Sends the part, unless it arrived in an earlier try, and disposes it.</summary>
    /// <param name="sha256">Of the content from its beginning to the end of this part.</param>
    public async Task SendAsync(int number, PartMemory.Part part, string sha256, CancellationToken cancellationToken)
    {
        using (part)
        {
            if (_sent.TryGetValue(number, out var sent) && sent.Length == part.Length && sent.Sha256 == sha256)
                return;
            using var content = part.Open();
            var answer = await S3Trouble.GuardAsync(options, () => client.UploadPartAsync(new UploadPartRequest
            {
                BucketName = options.Bucket,
                Key = fullKey,
                UploadId = id,
                PartNumber = number,
                PartSize = part.Length,
                InputStream = content,
                UseChunkEncoding = false,
            }, cancellationToken), cancellationToken).ConfigureAwait(false);
            _sent[number] = new(part.Length, sha256, answer.ETag);
        }
    }

    /// <summary>Makes the object of its parts.</summary>
    /// <exception cref="ObjectStoreException">The store refused, or its answer was lost: whether the object is there has to be looked at.</exception>
    public Task CompleteAsync(int parts, CancellationToken cancellationToken) => S3Trouble.GuardAsync(options, () => client.CompleteMultipartUploadAsync(new()
    {
        BucketName = options.Bucket,
        Key = fullKey,
        UploadId = id,
        PartETags = [.. Enumerable.Range(1, parts).Select(number => new PartETag(number, _sent[number].ETag))],
    }, cancellationToken), cancellationToken);

    public Task AbortAsync(CancellationToken cancellationToken) =>
        S3Trouble.GuardAsync(options, () => client.AbortMultipartUploadAsync(options.Bucket, fullKey, id, cancellationToken), cancellationToken);

    private sealed record SentPart(int Length, string Sha256, string ETag);
}
