namespace Twinrunner.Client;

public sealed partial class RunnerClient
{
    /// <summary>Takes over documents of an ODTP's database, with their ids and all their fields. It may be done again.</summary>
    /// <exception cref="ApiException">There is no such collection, or something is no document.</exception>
    public Task<ImportReportView> ImportOdtpAsync(ImportOdtp documents, CancellationToken cancellationToken) =>
        PostAsync(Api + "import/odtp", documents, WireJson.Default.ImportOdtp, WireJson.Default.ImportReportView, cancellationToken);

    /// <summary>Brings the zip of an imported output, however large.</summary>
    /// <returns>The output as it is stored now: with the size and the SHA-256 of what came.</returns>
    /// <exception cref="ApiException">There is no such output, it was not imported, or the object store refuses.</exception>
    public async Task<OutputView> ImportOdtpZipAsync(string outputId, HttpContent zip, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"{Api}import/odtp/outputs/{Part(outputId)}/zip") { Content = zip };
        return await SendAsync(request, WireJson.Default.OutputView, cancellationToken, cancellationToken).ConfigureAwait(false);
    }
}
