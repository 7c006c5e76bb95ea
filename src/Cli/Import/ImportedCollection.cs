using Twinrunner.Client;

namespace Twinrunner.Cli.Import;

/// <summary>What became of a collection, over all its requests.</summary>
internal sealed class ImportedCollection(string collection, int read)
{
    private readonly List<string> _problems = [];
    private readonly List<string> _missing = [];

    public string Collection => collection;
    public int Read => read;
    public int Added { get; private set; }
    public int Updated { get; private set; }
    public int Unchanged { get; private set; }
    public int Left { get; private set; }
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Outputs whose zips the server doesn't have.</summary>
    public IReadOnlyList<string> Missing => _missing;

    public void Add(ImportReportView report)
    {
        Added += report.Added;
        Updated += report.Updated;
        Unchanged += report.Unchanged;
        Left += report.Left;
        _problems.AddRange(report.Problems);
        _missing.AddRange(report.Missing);
    }

    public ImportReportView ToView() => new() { Collection = Collection, Added = Added, Updated = Updated, Unchanged = Unchanged, Left = Left, Problems = Problems, Missing = Missing };
}
