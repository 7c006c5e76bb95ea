using System.Text;
using System.Text.Json.Nodes;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Registry.Import;

/// <summary>Makes pages of a step's log of ODTP's log documents: lines joined by line feeds, without a stream.</summary>
internal static class OdtpLog
{
    private const int Stdout = 1;

    /// <param name="firstLine">Number of the page's first line.</param>
    /// <param name="bytes">Bytes of the log before the page.</param>
    /// <returns>Number of the line, and bytes of the log, after the page.</returns>
    public static (long NextLine, long Bytes) Add(JsonObject page, Step step, long firstLine, long bytes)
    {
        var text = page["logstring"] is JsonValue value ? value.ToString() : "";
        var lines = text.Count(c => c == '\n') + 1;
        var end = bytes + Encoding.UTF8.GetByteCount(text) + 1;
        page.Replace("stepRef", step.Id.ToString());
        page.Replace("logstring", text);
        if (!page.HasDate("timestamp"))
            page.Replace("timestamp", page.Id("_id")!.Value.CreatedAt.Node());
        page["executionRef"] = step.ExecutionRef.Value.Node();
        page["attempt"] = 1;
        page["firstLine"] = firstLine;
        page["lineCount"] = lines;
        page["lines"] = new JsonArray([.. Enumerable.Range(0, lines).SelectMany(_ => (int[])[0, Stdout, 0]).Select(number => JsonValue.Create(number))]);
        page["stdoutBytes"] = end;
        page["stderrBytes"] = 0L;
        return (firstLine + lines, end);
    }
}
