using System.Net.Http.Headers;

namespace Twinrunner.Client;

public sealed partial class RunnerClient
{
    private const string Outputs = Api + "outputs";

    /// <summary>Outputs of all attempts of a step; those of the step that stands in for it, when it is cached.</summary>
    public Task<Page<OutputView>> ListOutputsAsync(string stepId, CancellationToken cancellationToken) =>
        GetAsync($"{Steps}/{Part(stepId)}/outputs", WireJson.Default.PageOutputView, cancellationToken);

    /// <summary>Null: there is no such output.</summary>
    public Task<OutputView?> FindOutputAsync(string id, CancellationToken cancellationToken) =>
        FindAsync($"{Outputs}/{Part(id)}", WireJson.Default.OutputView, cancellationToken);

    /// <summary>Files of an output by path.</summary>
    public Task<Page<OutputFileView>> ListOutputFilesAsync(string outputId, string? after, int? limit, CancellationToken cancellationToken) =>
        GetAsync(
            Query($"{Outputs}/{Part(outputId)}/files", ("after", after), ("limit", limit?.ToString())),
            WireJson.Default.PageOutputFileView, cancellationToken);

    /// <summary>All files of an output by path.</summary>
    public IAsyncEnumerable<OutputFileView> AllOutputFilesAsync(string outputId, CancellationToken cancellationToken) =>
        AllAsync((after, token) => ListOutputFilesAsync(outputId, after, 500, token), cancellationToken);

    /// <summary>The content of one file. The caller disposes the stream.</summary>
    /// <param name="from">First wanted byte: an interrupted download goes on there.</param>
    public async Task<Stream> OpenOutputFileAsync(string outputId, string path, long from, CancellationToken cancellationToken)
    {
        var parts = string.Join('/', path.Split('/').Select(Part));
        var response = await OpenAsync($"{Outputs}/{Part(outputId)}/files/{parts}", from > 0 ? new RangeHeaderValue(from, null) : null, cancellationToken)
            .ConfigureAwait(false);
        return await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A whole output as a zip archive. The caller disposes the stream.</summary>
    public async Task<Stream> OpenOutputArchiveAsync(string outputId, CancellationToken cancellationToken)
    {
        var response = await OpenAsync($"{Outputs}/{Part(outputId)}/archive", range: null, cancellationToken).ConfigureAwait(false);
        return await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
    }
}
