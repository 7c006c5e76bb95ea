using System.Text.Json;

namespace Twinrunner.Client;

/// <summary>Documents of an ODTP's database to take over, in Extended JSON v2, relaxed or canonical.</summary>
public sealed record ImportOdtp
{
    /// <summary>What can be imported, in the order in which to do it: later ones look up earlier ones. Steps and outputs come with their executions.</summary>
    public static IReadOnlyList<string> Collections { get; } = ["users", "digitalTwins", "components", "versions", "workflows", "executions", "logs", "results"];

    /// <summary>Where they come from: one of <see cref="Collections"/>.</summary>
    public required string Collection { get; init; }

    /// <summary>The documents, each with its <c>_id</c>. Of one step's logs, in the order of their times.</summary>
    public required IReadOnlyList<JsonElement> Documents { get; init; }

    /// <summary>With executions: their steps.</summary>
    public IReadOnlyList<JsonElement> Steps { get => field ?? []; init; }

    /// <summary>With executions: the outputs of their steps.</summary>
    public IReadOnlyList<JsonElement> Outputs { get => field ?? []; init; }
}

/// <summary>What became of documents that were to be taken over.</summary>
public sealed record ImportReportView
{
    public required string Collection { get; init; }

    public required int Added { get; init; }

    /// <summary>They had changed where they come from.</summary>
    public required int Updated { get; init; }

    public required int Unchanged { get; init; }

    /// <summary>They were changed here since they were imported, and stay as they are here.</summary>
    public required int Left { get; init; }

    /// <summary>What could not be taken over, or not entirely; a sentence each.</summary>
    public required IReadOnlyList<string> Problems { get; init; }

    /// <summary>Ids of outputs whose zip is not here: <c>PUT /import/odtp/outputs/ID/zip</c> brings it.</summary>
    public IReadOnlyList<string> Missing { get => field ?? []; init; }
}
