using System.Security.Cryptography;
using System.Text;
using Twinrunner.Runner.Outputs.Manifests;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Objects;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Runner.Outputs;

/// <summary>Finds what a step takes among what its dependencies left.</summary>
public sealed class InputResolver(OutputStore outputs, ManifestReader manifests)
{
    private const int PlainFile = 0x1A4; // 644

    /// <param name="dependencies">The steps that it needs, ended.</param>
    public async Task<ResolvedInputs> ResolveAsync(Step step, IReadOnlyList<Step> dependencies, CancellationToken cancellationToken)
    {
        var placed = new InputPlaces();
        var steps = dependencies.ToDictionary(dependency => dependency.Id);
        try
        {
            foreach (var input in step.Spec.Inputs)
            {
                if (input.Raw is { } text)
                    placed.Add(Inline(input.To, text), "the workflow file");
                foreach (var id in input.From)
                {
                    if (!steps.TryGetValue(id, out var from))
                        return ResolvedInputs.Incomplete($"It takes the outputs of a step ({id}) that is not among those that it needs.");
                    if (!from.Status.IsSuccess())
                        continue; // its condition lets the step run all the same: there is nothing to take
                    await AddAsync(placed, input, from, cancellationToken);
                }
            }
        }
        catch (ObjectStoreException exception)
        {
            return ResolvedInputs.Incomplete(exception.Message);
        }
        return placed.ToInputs();
    }

    private async Task AddAsync(InputPlaces placed, InputSpec input, Step from, CancellationToken cancellationToken)
    {
        if (from.Output is not { } id || await outputs.GetAsync(id, cancellationToken) is not { } output)
            return; // it left nothing
        var include = input.Include.Select(pattern => new PathGlob(pattern)).ToList();
        var exclude = input.Exclude.Select(pattern => new PathGlob(pattern)).ToList();
        var unmatched = include.ToHashSet();
        await foreach (var entry in manifests.ReadAsync(output, cancellationToken))
        {
            if (entry.LeftOut is not null || entry.Unchained is not null)
                continue;
            if (include.Count > 0 && include.FindAll(glob => glob.Matches(entry.Path)) is var matching)
            {
                unmatched.ExceptWith(matching);
                if (matching.Count == 0)
                    continue;
            }
            if (!exclude.Exists(glob => glob.Matches(entry.Path)))
                placed.Add(Below(input.To, entry), $"step '{from.Name}'");
        }
        foreach (var glob in unmatched)
            placed.Miss($"Nothing that step '{from.Name}' left matches '{glob.Pattern}'.");
    }

    private static InputFile Below(string folder, ManifestEntry entry)
    {
        var to = folder.Trim('/');
        return new(to.Length == 0 ? entry.Path : $"{to}/{entry.Path}", entry.Size, entry.Sha256 ?? "", entry.Mode is { } mode ? Convert.ToInt32(mode, 8) : 0, entry.Key ?? "")
        {
            Kind = entry.Kind,
            RawPath = entry.RawPath is not { } raw ? null : to.Length == 0 ? raw : [.. Encoding.UTF8.GetBytes(to), (byte)'/', .. raw],
            Target = entry.Target,
        };
    }

    private static InputFile Inline(string path, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return new(path.Trim('/'), bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)), PlainFile, "") { Inline = text };
    }
}

/// <summary>What goes where; two different things in one place are a clash.</summary>
internal sealed class InputPlaces
{
    private readonly Dictionary<string, (InputFile File, string Source)> _files = new(StringComparer.Ordinal);
    private readonly List<string> _missing = [];

    public void Add(InputFile file, string source)
    {
        if (_files.TryAdd(file.Path, (file, source)))
            return;
        var (other, otherSource) = _files[file.Path];
        if ((other.Kind, other.Sha256, other.Target) != (file.Kind, file.Sha256, file.Target))
            Miss($"'{file.Path}' comes from {otherSource} and, with other content, from {source}: give one of them a folder of its own with 'to'.");
    }

    public void Miss(string sentence) => _missing.Add(sentence);

    public ResolvedInputs ToInputs()
    {
        // A file or a link where others need a folder. An empty folder that isn't empty here is no news.
        foreach (var path in _files.Keys.ToList())
        {
            for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = path.IndexOf('/', slash + 1))
            {
                if (!_files.TryGetValue(path[..slash], out var parent))
                    continue;
                if (parent.File.Kind == EntryKind.Folder)
                    _files.Remove(path[..slash]);
                else
                    Miss($"'{path[..slash]}' comes from {parent.Source} as a {(parent.File.Kind == EntryKind.Link ? "link" : "file")}, but '{path}' from {_files[path].Source} needs a folder there: give one of them a folder of its own with 'to'.");
            }
        }
        return _missing.Count > 0
            ? ResolvedInputs.Incomplete(string.Join(" ", _missing.Distinct().Take(5)))
            : ResolvedInputs.Of([.. _files.Values.Select(place => place.File).OrderBy(file => file.Path, ByteOrder.Instance)]);
    }

    private sealed class ByteOrder : IComparer<string>
    {
        public static ByteOrder Instance { get; } = new();

        public int Compare(string? x, string? y) => ObjectKey.Compare(x, y);
    }
}
