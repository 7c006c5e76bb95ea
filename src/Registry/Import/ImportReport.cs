using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Registry.Import;

/// <summary>What became of documents that came in.</summary>
public sealed class ImportReport
{
    private readonly List<string> _problems = [];

    public int Added { get; internal set; }

    /// <summary>They had changed where they come from.</summary>
    public int Updated { get; internal set; }

    public int Unchanged { get; internal set; }

    /// <summary>They were changed here since they were imported, and stay as they are here.</summary>
    public int Left { get; internal set; }

    /// <summary>What could not be taken over, or not entirely; a sentence each.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Outputs whose zip is not here.</summary>
    public List<Id<Output>> Missing { get; } = [];

    internal void Problem(string sentence) => _problems.Add(sentence);
}
