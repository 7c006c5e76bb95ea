using Twinrunner.Registry.Hosts;
using Twinrunner.Registry.Sources;

namespace Twinrunner.Registry.Zoos;

/// <summary>Gets the index of a zoo from its URL, or from a file of this machine.</summary>
internal sealed class ZooSource(CheckedHttp http, RegistryOptions options)
{
    /// <summary>The repositories that it names. Only a file may name folders of this machine; relative ones go out from where it is.</summary>
    /// <exception cref="SourceException">It can't be had, or is no index.</exception>
    public async Task<IReadOnlyList<ZooEntry>> ReadAsync(string address, CancellationToken cancellationToken)
    {
        if (!Path.IsPathFullyQualified(address))
            return [.. ZooIndex.Read(await DownloadAsync(address, cancellationToken))];
        if (!options.LocalSources)
            throw SourceAddress.LocalRefused();
        var folder = Path.GetDirectoryName(address)!;
        return [.. ZooIndex.Read(await ReadFileAsync(address, cancellationToken))
            .Select(entry => entry.Repository.StartsWith('.') ? entry with { Repository = Path.GetFullPath(entry.Repository, folder) } : entry)];
    }

    /// <summary>What is wrong with an address; null: nothing.</summary>
    public static string? Fault(string address) =>
        Path.IsPathFullyQualified(address) || Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri is { Scheme: "https" or "http", UserInfo: "" } ? null
            : $"'{address}' is neither the URL of an index (https://…) nor an absolute path.";

    /// <summary>Whether a zoo may name that repository.</summary>
    public static bool MayName(string zoo, string repository) => Path.IsPathFullyQualified(zoo) || SourceAddress.Fault(repository) is null;

    private async Task<byte[]> DownloadAsync(string address, CancellationToken cancellationToken)
    {
        using var response = await http.GetAsync(new Uri(address), cancellationToken);
        if (!response.IsSuccessStatusCode)
            throw new SourceException($"'{address}' answers {(int)response.StatusCode} {response.ReasonPhrase}.");
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            return await ReadBoundedAsync(body, cancellationToken);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new SourceException($"'{address}' broke off: {exception.Message}", exception);
        }
    }

    private static async Task<byte[]> ReadFileAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await using var file = File.OpenRead(path);
            return await ReadBoundedAsync(file, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SourceException($"The index '{path}' can't be read: {exception.Message}", exception);
        }
    }

    /// <summary>One byte more than an index may have, so that the reader sees that there is more.</summary>
    private static async Task<byte[]> ReadBoundedAsync(Stream stream, CancellationToken cancellationToken)
    {
        var bytes = new byte[ZooIndex.MaxBytes + 1];
        return bytes[..await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken)];
    }
}
