using System.Text.Json;
using Twinrunner.Cli.Terminals;

namespace Twinrunner.Cli.Import;

/// <summary>A folder with one file for each collection of an ODTP's database, as <c>mongoexport</c> writes them: documents line by line, or as one array.</summary>
internal sealed class OdtpDump(string folder) : IOdtpSource
{
    private static readonly string[] Endings = [".json", ".jsonl", ".ndjson"];

    public Task<bool> HasAsync(string collection, CancellationToken cancellationToken) => Task.FromResult(PathOf(collection) is not null);

    /// <summary>The documents of a collection; none where there is no file.</summary>
    /// <exception cref="CliError">The file can't be read, or isn't JSON.</exception>
    public async Task<IReadOnlyList<JsonElement>> ReadAsync(string collection, CancellationToken cancellationToken)
    {
        if (PathOf(collection) is not { } path)
            return [];
        try
        {
            await using var file = File.OpenRead(path);
            int first;
            do
                first = file.ReadByte();
            while (first is ' ' or '\t' or '\r' or '\n' or 0xEF or 0xBB or 0xBF);
            if (first < 0)
                return [];
            file.Position--;
            var documents = new List<JsonElement>();
            await foreach (var document in JsonSerializer.DeserializeAsyncEnumerable(file, DumpJson.Default.JsonElement, topLevelValues: first != '[', cancellationToken))
                documents.Add(document);
            return documents;
        }
        catch (JsonException exception)
        {
            throw CliError.Usage($"'{path}' is not what mongoexport writes: {exception.Message}", "export the collection again: mongoexport --collection NAME --out NAME.json");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CliError.Usage($"'{path}' can't be read: {exception.Message}", "check the path and who may read it");
        }
    }

    /// <summary>A reference, which ODTP writes as an ObjectId or as its digits.</summary>
    public static string? Reference(JsonElement document, string field)
    {
        if (document.ValueKind != JsonValueKind.Object || !document.TryGetProperty(field, out var value))
            return null;
        if (value.ValueKind == JsonValueKind.Object && value.TryGetProperty("$oid", out var id))
            value = id;
        return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private string? PathOf(string collection) => Endings.Select(ending => Path.Combine(folder, collection + ending)).FirstOrDefault(File.Exists);
}

[System.Text.Json.Serialization.JsonSerializable(typeof(JsonElement))]
internal sealed partial class DumpJson : System.Text.Json.Serialization.JsonSerializerContext;
