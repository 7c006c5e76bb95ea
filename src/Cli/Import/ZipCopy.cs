using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Twinrunner.Client;
using Twinrunner.Storage.Objects;

namespace Twinrunner.Cli.Import;

/// <summary>Copies zips of outputs from ODTP's object store to the server, some at once. What fails is said, and holds up nothing.</summary>
internal sealed class ZipCopy(RunnerClient server, OdtpBuckets buckets, Action<string> show)
{
    private const int AtOnce = 4;

    /// <summary>So many failures one after the other are the store's, not the zips'.</summary>
    private const int FailuresInARow = 8;

    private readonly Lock _gate = new();
    private readonly List<string> _problems = [];
    private int _copied;
    private int _inARow;
    private int _notTried;
    private long _bytes;

    /// <summary>Bytes of zips that were copied.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <param name="outputs">All of ODTP's documents of outputs.</param>
    /// <param name="missing">Ids of those whose zips the server doesn't have.</param>
    /// <exception cref="CliError">ODTP's store can't be used.</exception>
    /// <exception cref="ServerUnreachableException">Start it again: it goes on after what was copied.</exception>
    public async Task<ImportReportView> CopyAsync(IReadOnlyList<JsonElement> outputs, IReadOnlyCollection<string> missing, CancellationToken cancellationToken)
    {
        var zips = Choose(outputs, missing);
        await buckets.OpenAsync(zips, cancellationToken);
        await Parallel.ForEachAsync(zips, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (zip, token) =>
        {
            await CopyAsync(zip, token);
            show($"zips: {Volatile.Read(ref _copied)} of {zips.Count}");
        });
        if (_notTried > 0)
            _problems.Add($"{_notTried} further zips were not tried, since {FailuresInARow} in a row had failed: start it again, it goes on with what is missing");
        return new() { Collection = "zips", Added = _copied, Updated = 0, Unchanged = outputs.Count - missing.Count, Left = 0, Problems = _problems };
    }

    private List<OdtpZip> Choose(IReadOnlyList<JsonElement> outputs, IReadOnlyCollection<string> missing)
    {
        var all = outputs.Select(OdtpZip.Of).OfType<OdtpZip>().ToList();
        foreach (var id in missing.Except(all.Select(zip => zip.OutputId)))
            Problem($"outputs {id}: its document doesn't say where its zip is");
        var newest = all.GroupBy(zip => (zip.Bucket, zip.Key)).ToDictionary(place => place.Key, place => place.Max(zip => zip.OutputId));
        var chosen = new List<OdtpZip>();
        foreach (var zip in all.Where(zip => missing.Contains(zip.OutputId)))
        {
            if (newest[(zip.Bucket, zip.Key)] == zip.OutputId)
                chosen.Add(zip);
            else
                Problem($"{zip}: its zip is gone: ODTP replaced it when the step ran again");
        }
        return chosen;
    }

    private async Task CopyAsync(OdtpZip zip, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _inARow) >= FailuresInARow)
        {
            Interlocked.Increment(ref _notTried);
            return;
        }
        try
        {
            await using var content = await buckets.GetAsync(zip, cancellationToken);
            if (content is null)
            {
                Problem($"{zip}: its zip is not in ODTP's object store ('{zip.Key}' in the bucket '{zip.Bucket}')");
                return;
            }
            using var sent = new Sent(content);
            var stored = await server.ImportOdtpZipAsync(zip.OutputId, sent, cancellationToken);
            if (stored.ManifestSha256 != sent.Sha256 || stored.Size != content.Length)
                throw new ObjectStoreException("it arrived at the server as another one than was read");
            Interlocked.Increment(ref _copied);
            Interlocked.Add(ref _bytes, content.Length);
            Volatile.Write(ref _inARow, 0);
        }
        catch (Exception failure) when (failure is ObjectStoreException or ApiException)
        {
            Problem($"{zip}: its zip was not copied: {failure.Message}");
            Interlocked.Increment(ref _inARow);
        }
    }

    private void Problem(string sentence)
    {
        lock (_gate)
            _problems.Add(sentence);
    }

    /// <summary>A zip on its way, hashed as it is sent.</summary>
    private sealed class Sent : HttpContent
    {
        private const int BufferSize = 128 * 1024;

        private readonly Stream _zip;

        public Sent(Stream zip)
        {
            _zip = zip;
            Headers.ContentType = new("application/zip");
        }

        /// <summary>Of all of it, once it is sent.</summary>
        public string? Sha256 { get; private set; }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var buffer = new byte[BufferSize];
            while (await _zip.ReadAsync(buffer, cancellationToken) is > 0 and var count)
            {
                hash.AppendData(buffer, 0, count);
                await stream.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            }
            Sha256 = Convert.ToHexStringLower(hash.GetCurrentHash());
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _zip.Length;
            return true;
        }
    }
}
