using System.Security.Cryptography;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace Twinrunner.Storage.Objects.S3;

/// <summary>
/// An object, or a range of it, as it comes. A connection that breaks or stalls is opened again where it broke, as long as the
/// object is the same; a whole object whose hash is known is verified before its last bytes are given out.
/// </summary>
internal sealed class S3ReadStream : Stream
{
    private const int MaxBreaks = 5;

    private readonly IAmazonS3 _client;
    private readonly S3Options _options;
    private readonly GetObjectRequest _request;
    private readonly TimeProvider _time;
    private readonly string _etag;
    private readonly long _offset;
    private readonly string? _sha256;
    private readonly IncrementalHash? _hash;
    private GetObjectResponse? _response;
    private long _position;
    private int _breaks;

    /// <param name="sha256">Of the whole object; null: not known, or only a range was asked for.</param>
    public S3ReadStream(IAmazonS3 client, S3Options options, GetObjectRequest request, GetObjectResponse response, long offset, string? sha256, TimeProvider time)
    {
        (_client, _options, _request, _response, _offset, _sha256, _time) = (client, options, request, response, offset, sha256, time);
        _etag = response.ETag;
        Length = response.ContentLength;
        _hash = sha256 is null ? null : IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    }

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;

    /// <summary>Bytes that the server announced.</summary>
    public override long Length { get; }

    public override long Position { get => _position; set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_position >= Length || buffer.IsEmpty)
            return 0;
        var count = await ReadSomeAsync(buffer, cancellationToken).ConfigureAwait(false);
        _position += count;
        _hash?.AppendData(buffer.Span[..count]);
        if (_position == Length && _hash is not null && Convert.ToHexStringLower(_hash.GetCurrentHash()) is var read && read != _sha256)
            throw new ObjectStoreException($"'{_request.Key}' is damaged in the object store: its SHA-256 is {read}, not {_sha256} as when it was stored.");
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Objects are read asynchronously.");
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Close(_response);
            _hash?.Dispose();
        }
        base.Dispose(disposing);
    }

    private async Task<int> ReadSomeAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            Exception trouble;
            using var limit = new CancellationTokenSource(_options.Timeout, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
            try
            {
                _response ??= await ReopenAsync(either.Token).ConfigureAwait(false);
                if (await _response.ResponseStream.ReadAsync(buffer, either.Token).ConfigureAwait(false) is > 0 and var count)
                {
                    _breaks = 0;
                    return (int)Math.Min(count, Length - _position);
                }
                trouble = new EndOfStreamException($"The content ended after {_position} bytes of {Length}.");
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                trouble = new TimeoutException();
            }
            catch (Exception exception) when (S3Trouble.Is(exception))
            {
                trouble = exception;
            }
            Close(_response);
            _response = null;
            if (++_breaks > MaxBreaks || trouble is AmazonS3Exception)
                throw S3Trouble.Translate(_options, trouble);
            await Task.Delay(TimeSpan.FromMilliseconds(100 << _breaks), _time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The SDK compares ETags that are MD5 hashes when it closes what was read to its end, and throws even there.</summary>
    private static void Close(GetObjectResponse? response)
    {
        try
        {
            response?.Dispose();
        }
        catch (AmazonClientException)
        {
            // Where it matters, our own hash has told so.
        }
    }

    private Task<GetObjectResponse> ReopenAsync(CancellationToken cancellationToken) => _client.GetObjectAsync(new GetObjectRequest
    {
        BucketName = _request.BucketName,
        Key = _request.Key,
        EtagToMatch = _etag,
        ByteRange = new(_offset + _position, _offset + Length - 1),
    }, cancellationToken);
}
