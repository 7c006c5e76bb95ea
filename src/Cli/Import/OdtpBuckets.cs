using Twinrunner.Storage.Objects;
using Twinrunner.Storage.Objects.S3;

namespace Twinrunner.Cli.Import;

/// <summary>The S3 server of an ODTP, which may be running: it is only read.</summary>
internal sealed class OdtpBuckets : IDisposable
{
    private readonly S3Options _server;
    private readonly string? _only;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, S3ObjectStore> _open = [];

    /// <param name="address"><c>https://HOST[:PORT]</c>, with a bucket as its path where the zips have moved to another one.</param>
    /// <param name="server">Keys, region and authorities.</param>
    /// <exception cref="CliError">It is no such address.</exception>
    public OdtpBuckets(string address, S3Options server, TimeProvider time)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length + url.Query.Length + url.Fragment.Length > 0)
            throw CliError.Usage($"'{address}' is no address of an S3 server", "give --s3 as https://HOST:PORT, and the keys in TWIN_ODTP_S3_ACCESS_KEY and TWIN_ODTP_S3_SECRET_KEY");
        _server = server with { Endpoint = new(url.GetLeftPart(UriPartial.Authority)) };
        _only = url.AbsolutePath.Trim('/') is { Length: > 0 } bucket ? bucket : null;
        _time = time;
        if (_server.AccessKey is null != _server.SecretKey is null)
            throw CliError.Usage("only one of the keys of ODTP's S3 server is set", "set TWIN_ODTP_S3_ACCESS_KEY and TWIN_ODTP_S3_SECRET_KEY");
    }

    /// <summary>Finds the buckets that these are in: what is wrong with all of them needn't be found out one by one.</summary>
    /// <exception cref="CliError">A bucket isn't there, or can't be read.</exception>
    public async Task OpenAsync(IEnumerable<OdtpZip> zips, CancellationToken cancellationToken)
    {
        foreach (var name in zips.Select(BucketOf).Distinct())
        {
            try
            {
                var options = _server.At($"s3://{name}");
                _open.Add(name, S3ObjectStore.Open(options, _time));
                if (!await _open[name].HasBucketAsync(cancellationToken))
                    throw new CliError(ExitCode.Trouble, $"{S3ObjectStore.Describe(options)} isn't there", "check the address that --s3 gives; with a path, it names the bucket that the zips are in now");
            }
            catch (FormatException fault)
            {
                throw new CliError(ExitCode.Trouble, $"ODTP's documents name a bucket that can't be: {fault.Message}", "name the bucket in the path of --s3's address");
            }
            catch (ObjectStoreException failure)
            {
                throw new CliError(ExitCode.Trouble, failure.Message, "these are ODTP's settings: --s3, --s3-region, --s3-ca-file, TWIN_ODTP_S3_ACCESS_KEY and TWIN_ODTP_S3_SECRET_KEY", failure);
            }
        }
    }

    /// <summary>Null: it isn't there.</summary>
    public Task<Stream?> GetAsync(OdtpZip zip, CancellationToken cancellationToken) => _open[BucketOf(zip)].GetAsync(zip.Key, null, cancellationToken);

    public void Dispose()
    {
        foreach (var bucket in _open.Values)
            bucket.Dispose();
    }

    private string BucketOf(OdtpZip zip) => _only ?? zip.Bucket;
}
