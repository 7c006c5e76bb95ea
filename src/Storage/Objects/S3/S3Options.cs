using Amazon.S3;

namespace Twinrunner.Storage.Objects.S3;

/// <summary>A bucket, and how it is reached. Without keys they come from where the SDK looks: environment, profile, web identity, the machine's role.</summary>
public sealed record S3Options
{
    public string Bucket { get; init; } = "";

    /// <summary>What all keys start with: empty, or text that ends in a slash.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Null: Amazon's, of the region.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>Where users of the server reach the same store; null: they don't.</summary>
    public Uri? PublicEndpoint { get; init; }

    /// <summary>Null: the SDK's choice, and <c>us-east-1</c> at an endpoint of its own, where only signatures name it.</summary>
    public string? Region { get; init; }

    /// <summary>The bucket's name in the path instead of the host name. Null: where there is an endpoint.</summary>
    public bool? PathStyle { get; init; }

    public string? AccessKey { get; init; }
    public string? SecretKey { get; init; }
    public string? SessionToken { get; init; }

    /// <summary>PEM file with the authorities that the endpoint's certificate may come from, in place of the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>Encryption that the server is asked for: <c>AES256</c>, <c>aws:kms</c> or <c>aws:kms:KEY</c>; null: what the bucket is set to.</summary>
    public string? Encryption { get; init; }

    /// <summary>Make the bucket when it isn't there.</summary>
    public bool CreateBucket { get; init; }

    /// <summary>Bytes of content that uploads hold in memory, all together. Default 96 MiB; more lets more parts travel at once.</summary>
    public long UploadMemory { get; init; } = 96L << 20;

    /// <summary>An upload begun so long ago and not finished is aborted by the sweep, and its parts are freed. Default 7 days.</summary>
    public TimeSpan AbandonedAfter { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How often a request is sent again by the SDK, with growing waits, before it has failed. Default 3: who waits longer says so meanwhile.</summary>
    public int Retries { get; init; } = 3;

    /// <summary>How long a request may take to its answer, and a read to its next bytes. Default 2 minutes.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Requests are signed by the server's clock where it differs from ours by much. Default yes.</summary>
    public bool ToleratesClocks { get; init; } = true;

    /// <exception cref="FormatException">It is not <c>s3://BUCKET[/PREFIX]</c>.</exception>
    public S3Options At(string address)
    {
        const string scheme = "s3://";
        if (!address.StartsWith(scheme, StringComparison.Ordinal))
            throw new FormatException("expected s3://BUCKET or s3://BUCKET/PREFIX");
        var (bucket, prefix) = address[scheme.Length..].Split('/', 2) is [var name, var rest] ? (name, rest.Trim('/')) : (address[scheme.Length..], "");
        if (bucket.Length is < 3 or > 63 || !bucket.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.'))
            throw new FormatException($"'{bucket}' is no name of a bucket: 3 to 63 lower-case letters, digits, '-' and '.'");
        if (prefix.Length > 0 && (!ObjectKey.IsValid(prefix) || prefix.Length > 200))
            throw new FormatException($"'{prefix}' can't be what keys start with: at most 200 characters, no empty part, '.' or '..'");
        return this with { Bucket = bucket, Prefix = prefix.Length == 0 ? "" : prefix + "/" };
    }

    internal (ServerSideEncryptionMethod? Method, string? Key) ServerEncryption() => Encryption switch
    {
        null => (null, null),
        "AES256" => (ServerSideEncryptionMethod.AES256, null),
        "aws:kms" => (ServerSideEncryptionMethod.AWSKMS, null),
        var kms => (ServerSideEncryptionMethod.AWSKMS, kms["aws:kms:".Length..]),
    };

    /// <summary>What can't be used together, one sentence each.</summary>
    public IEnumerable<string> Faults()
    {
        if (Bucket.Length == 0 && this != new S3Options())
            yield return "settings of s3 are given, but objects (s3://BUCKET) is not: leave them out, or name the bucket";
        if (AccessKey is null != SecretKey is null)
            yield return "s3AccessKey and s3SecretKey go together: give both, or none to use the environment's credentials";
        if (SessionToken is not null && AccessKey is null)
            yield return "s3SessionToken needs the s3AccessKey and s3SecretKey that it belongs to";
    }
}
