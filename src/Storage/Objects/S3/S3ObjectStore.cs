using System.Net;
using System.Runtime.CompilerServices;
using Amazon.S3;
using Amazon.S3.Model;

namespace Twinrunner.Storage.Objects.S3;

/// <summary>
/// Objects in an S3 bucket. Small ones go up in one request, large ones in parts; what is sent is signed by its SHA-256, which
/// servers check, and keeps it as metadata where it is known before. Nothing here relies on conditional writes, which servers
/// have in part only.
/// </summary>
public sealed class S3ObjectStore : IObjectStore, ISharedObjects, IDisposable
{
    /// <summary>Metadata with the hash of the whole object.</summary>
    internal const string HashName = "sha256";

    private readonly S3Options _options;
    private readonly AmazonS3Client _client;

    /// <summary>Signs addresses for users, and sends nothing.</summary>
    private readonly AmazonS3Client? _public;

    private readonly TimeProvider _time;
    private readonly PartMemory _memory;
    private readonly S3Uploads _uploads;

    private S3ObjectStore(S3Options options, AmazonS3Client client, TimeProvider time)
    {
        (_options, _client, _time) = (options, client, time);
        _public = options.PublicEndpoint is { } address ? S3Client.Create(options with { Endpoint = address }) : null;
        _memory = new(options.UploadMemory);
        _uploads = new(_client, options, _memory, time);
    }

    /// <summary>Opens the store; nothing is sent before it is used.</summary>
    /// <exception cref="ObjectStoreException">The options can't be used; the message says why.</exception>
    public static S3ObjectStore Open(S3Options options, TimeProvider time) => new(options, S3Client.Create(options), time);

    /// <summary>Opens the store behind connections of the caller's own.</summary>
    internal static S3ObjectStore Open(S3Options options, TimeProvider time, HttpMessageHandler connections) => new(options, S3Client.Create(options, connections), time);

    public void Dispose()
    {
        _client.Dispose();
        (_client.Config.HttpClientFactory as IDisposable)?.Dispose();
        _public?.Dispose();
        (_public?.Config.HttpClientFactory as IDisposable)?.Dispose();
        _memory.Dispose();
    }

    public async Task<ObjectInfo> PutAsync(string key, Stream content, PutOptions options, CancellationToken cancellationToken)
    {
        ObjectKey.Check(key);
        using var reader = new PartReader(key, content, options);
        var first = await reader.NextAsync(_memory, cancellationToken).ConfigureAwait(false);
        if (!reader.AtEnd)
        {
            await _uploads.PutAsync(FullKey(key), first, reader, options, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            using (first)
            {
                reader.Verify();
                await PutWholeAsync(key, first, reader.Sha256, options, cancellationToken).ConfigureAwait(false);
            }
        }
        return new(key, reader.Size, _time.GetUtcNow(), reader.Sha256);
    }

    public async Task<Stream?> GetAsync(string key, ByteRange? range, CancellationToken cancellationToken)
    {
        ObjectKey.Check(key);
        if (range is { Offset: < 0 } or { Length: < 0 })
            throw new ArgumentOutOfRangeException(nameof(range), "Offset and length must not be negative.");
        if (range is { Length: 0 })
            return await HeadAsync(key, cancellationToken).ConfigureAwait(false) is null ? null : Stream.Null;
        var request = new GetObjectRequest { BucketName = _options.Bucket, Key = FullKey(key) };
        var (offset, length) = range is { } bytes ? (bytes.Offset, bytes.Length ?? long.MaxValue) : (0, long.MaxValue);
        if (offset > 0 || length < long.MaxValue)
            request.ByteRange = new(offset, length > long.MaxValue - offset ? long.MaxValue - 1 : offset + length - 1);
        try
        {
            return await AskAsync(async () =>
            {
                var response = await _client.GetObjectAsync(request, cancellationToken).ConfigureAwait(false);
                var sha256 = request.ByteRange is null ? response.Metadata[HashName] : null;
                return (Stream?)new S3ReadStream(_client, _options, request, response, offset, sha256, _time);
            }, cancellationToken).ConfigureAwait(false);
        }
        catch (ObjectStoreException exception) when (exception.InnerException is AmazonS3Exception { StatusCode: HttpStatusCode.RequestedRangeNotSatisfiable })
        {
            return Stream.Null;
        }
        catch (ObjectStoreException exception) when (S3Trouble.IsMissing(exception))
        {
            return null;
        }
    }

    public async Task<ObjectInfo?> HeadAsync(string key, CancellationToken cancellationToken)
    {
        ObjectKey.Check(key);
        try
        {
            var head = await AskAsync(() => _client.GetObjectMetadataAsync(_options.Bucket, FullKey(key), cancellationToken), cancellationToken).ConfigureAwait(false);
            return new(key, head.ContentLength, TimeOf(head.LastModified));
        }
        catch (ObjectStoreException exception) when (S3Trouble.IsMissing(exception))
        {
            return null;
        }
    }

    public async IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new ListObjectsV2Request { BucketName = _options.Bucket, Prefix = FullKey(prefix), Encoding = EncodingType.Url };
        do
        {
            var page = await AskAsync(() => _client.ListObjectsV2Async(request, cancellationToken), cancellationToken).ConfigureAwait(false);
            foreach (var item in page.S3Objects ?? [])
            {
                var key = Decoded(item.Key)[_options.Prefix.Length..];
                if (ObjectKey.IsValid(key)) // other programs' folders, which end in a slash
                    yield return new(key, item.Size ?? 0, TimeOf(item.LastModified));
            }
            request.ContinuationToken = page.NextContinuationToken;
        }
        while (request.ContinuationToken is not null);
    }

    public async Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        ObjectKey.Check(key);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await AskAsync(() => _client.DeleteObjectAsync(_options.Bucket, FullKey(key), cancellationToken), cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (ObjectStoreException exception) when (attempt < 5 && exception.InnerException is AmazonS3Exception { StatusCode: HttpStatusCode.Conflict })
            {
                // A put or another delete of the same key came between; the SDK doesn't ask again by itself.
                await Task.Delay(TimeSpan.FromMilliseconds(20 << attempt), _time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public async Task<Uri?> PresignAsync(string key, PresignedVerb verb, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        ObjectKey.Check(key);
        var request = Presigned(key, lifetime, _options.Endpoint);
        request.Verb = verb == PresignedVerb.Put ? HttpVerb.PUT : HttpVerb.GET;
        return new(await AskAsync(() => _client.GetPreSignedURLAsync(request), cancellationToken).ConfigureAwait(false));
    }

    public async Task<Uri?> ShareAsync(string key, string disposition, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        ObjectKey.Check(key);
        if (_public is null)
            return null;
        var request = Presigned(key, lifetime, _options.PublicEndpoint);
        request.ResponseHeaderOverrides.ContentDisposition = disposition;
        request.ResponseHeaderOverrides.ContentType = "application/octet-stream";
        return new(await AskAsync(() => _public.GetPreSignedURLAsync(request), cancellationToken).ConfigureAwait(false));
    }

    /// <summary>False: it isn't there.</summary>
    /// <exception cref="ObjectStoreException">It can't be used; the message says what to do.</exception>
    public async Task<bool> HasBucketAsync(CancellationToken cancellationToken)
    {
        try
        {
            // Not HEAD: its answers have no body, and so no reason.
            await AskAsync(() => _client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = _options.Bucket, Prefix = _options.Prefix, MaxKeys = 1 }, cancellationToken), cancellationToken)
                .ConfigureAwait(false);
            return true;
        }
        catch (ObjectStoreException exception) when (exception.InnerException is AmazonS3Exception { ErrorCode: "NoSuchBucket" })
        {
            return false;
        }
    }

    /// <summary>Finds the bucket, or makes it where that is allowed.</summary>
    /// <exception cref="ObjectStoreException">It isn't there or can't be used; the message says what to do.</exception>
    public async Task EnsureBucketAsync(CancellationToken cancellationToken)
    {
        if (await HasBucketAsync(cancellationToken).ConfigureAwait(false))
            return;
        if (!_options.CreateBucket)
            throw new ObjectStoreException($"{Describe(_options)} isn't there. Make it, or let the server make it with s3CreateBucket.");
        await AskAsync(() => _client.PutBucketAsync(new PutBucketRequest { BucketName = _options.Bucket }, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The bucket and where it is, for people.</summary>
    public static string Describe(S3Options options) => S3Trouble.Place(options);

    /// <summary>Aborts uploads in parts that nobody goes on with, so that their parts take no room. Returns how many.</summary>
    public async Task<int> AbortAbandonedAsync(CancellationToken cancellationToken)
    {
        var aborted = 0;
        var request = new ListMultipartUploadsRequest { BucketName = _options.Bucket, Prefix = _options.Prefix };
        ListMultipartUploadsResponse page;
        do
        {
            page = await AskAsync(() => _client.ListMultipartUploadsAsync(request, cancellationToken), cancellationToken).ConfigureAwait(false);
            foreach (var upload in page.MultipartUploads ?? [])
            {
                if (_time.GetUtcNow() - TimeOf(upload.Initiated) < _options.AbandonedAfter)
                    continue;
                await AskAsync(() => _client.AbortMultipartUploadAsync(_options.Bucket, upload.Key, upload.UploadId, cancellationToken), cancellationToken).ConfigureAwait(false);
                aborted++;
            }
            (request.KeyMarker, request.UploadIdMarker) = (page.NextKeyMarker, page.NextUploadIdMarker);
        }
        while (page.IsTruncated == true);
        return aborted;
    }

    private async Task PutWholeAsync(string key, PartMemory.Part content, string sha256, PutOptions options, CancellationToken cancellationToken)
    {
        using var bytes = content.Open();
        var request = new PutObjectRequest
        {
            BucketName = _options.Bucket,
            Key = FullKey(key),
            InputStream = bytes,
            AutoCloseStream = false,
            ContentType = options.ContentType,
            UseChunkEncoding = false,
            Metadata = { [HashName] = sha256 },
        };
        (request.ServerSideEncryptionMethod, request.ServerSideEncryptionKeyManagementServiceKeyId) = _options.ServerEncryption();
        await AskAsync(() => _client.PutObjectAsync(request, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    private GetPreSignedUrlRequest Presigned(string key, TimeSpan lifetime, Uri? endpoint) => new()
    {
        BucketName = _options.Bucket,
        Key = FullKey(key),
        Expires = (_time.GetUtcNow() + lifetime).UtcDateTime,
        Protocol = endpoint?.Scheme == "http" ? Protocol.HTTP : Protocol.HTTPS,
    };

    private string FullKey(string key) => _options.Prefix + key;

    /// <summary>Keys of lists come as in a form: a plus is a space.</summary>
    private static string Decoded(string key) => WebUtility.UrlDecode(key);

    private static DateTimeOffset TimeOf(DateTime? time) => time is { } known ? new(known.ToUniversalTime()) : default;

    private Task<T> AskAsync<T>(Func<Task<T>> ask, CancellationToken cancellationToken) => S3Trouble.GuardAsync(_options, ask, cancellationToken);
}
