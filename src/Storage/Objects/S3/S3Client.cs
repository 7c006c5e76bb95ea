using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;

namespace Twinrunner.Storage.Objects.S3;

/// <summary>Makes the SDK's client with the settings that more servers than Amazon's understand (docs/adr/0007-s3-through-the-sdk.md).</summary>
internal static class S3Client
{
    public const string DefaultRegion = "us-east-1";

    /// <summary>Bytes that go into a connection at once. The SDK's own 8 KiB cost a system call each: 262,144 of them for 2 GiB.</summary>
    private const int SendSize = 256 << 10;

    /// <exception cref="ObjectStoreException">The file with authorities can't be read, or no region is known.</exception>
    public static AmazonS3Client Create(S3Options options) => Create(options, Connections(options));

    /// <param name="connections">What requests are sent through; it is disposed with the client's factory.</param>
    /// <exception cref="ObjectStoreException">No region is known.</exception>
    public static AmazonS3Client Create(S3Options options, HttpMessageHandler connections)
    {
        var config = new AmazonS3Config
        {
            ForcePathStyle = options.PathStyle ?? options.Endpoint is not null,
            // Trailing checksums, the defaults, are refused by one server and stored as a part of the content's type by another.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            BufferSize = SendSize,
            RetryMode = RequestRetryMode.Standard,
            MaxErrorRetry = options.Retries,
            DisableClockSkewCorrection = !options.ToleratesClocks,
            Timeout = options.Timeout,
            HttpClientFactory = new Clients(connections, options.Timeout),
        };
        if (options.Endpoint is { } endpoint)
        {
            config.ServiceURL = endpoint.ToString();
            config.AuthenticationRegion = options.Region ?? DefaultRegion;
        }
        else if (options.Region is { } region)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        }
        try
        {
            return (options.AccessKey, options.SecretKey) is not ({ } key, { } secret) ? new(config)
                : options.SessionToken is { } token ? new(new SessionAWSCredentials(key, secret, token), config)
                : new(new BasicAWSCredentials(key, secret), config);
        }
        catch (AmazonClientException exception)
        {
            throw new ObjectStoreException($"No region is known for the bucket '{options.Bucket}': set s3Region, or s3Endpoint for a server of your own. ({exception.Message})", exception);
        }
    }

    /// <summary>Connections that trust what the options say.</summary>
    public static SocketsHttpHandler Connections(S3Options options)
    {
        var sockets = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30), // servers close theirs without a word, soon after
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        if (Authorities(options.CaFile) is { } authorities)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.AddRange(authorities);
            sockets.SslOptions.CertificateChainPolicy = policy;
        }
        return sockets;
    }

    private static X509Certificate2Collection? Authorities(string? file)
    {
        if (file is null)
            return null;
        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(file);
            return authorities.Count > 0 ? authorities : throw new ObjectStoreException($"The file '{file}' (s3CaFile) holds no certificate in PEM format.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ObjectStoreException($"The file '{file}' (s3CaFile) can't be read: {exception.Message}", exception);
        }
    }

    /// <summary>The SDK asks with each request; it gets the same client, as long as its own lives.</summary>
    private sealed class Clients(HttpMessageHandler connections, TimeSpan timeout) : HttpClientFactory, IDisposable
    {
        private readonly HttpClient _client = new(new Plain(connections)) { Timeout = timeout };

        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

        public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;

        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => _client;

        public void Dispose() => _client.Dispose();
    }

    /// <summary>Sends bodies at once: a question whether they are wanted costs a round trip, or a second where a proxy doesn't answer it.</summary>
    private sealed class Plain(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.ExpectContinue = false;
            return base.SendAsync(request, cancellationToken);
        }
    }
}
