namespace Twinrunner.Client;

public sealed partial class RunnerClient
{
    /// <summary>Takes over documents of an ODTP's database, with their ids and all their fields. It may be done again.</summary>
    /// <exception cref="ApiException">There is no such collection, or something is no document.</exception>
    public Task<ImportReportView> ImportOdtpAsync(ImportOdtp documents, CancellationToken cancellationToken) =>
        PostAsync(Api + "import/odtp", documents, WireJson.Default.ImportOdtp, WireJson.Default.ImportReportView, cancellationToken);
}
