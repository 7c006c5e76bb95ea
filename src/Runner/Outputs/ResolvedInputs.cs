using System.Diagnostics.CodeAnalysis;
using System.Text;
using Twinrunner.Runner.Outputs.Manifests;

namespace Twinrunner.Runner.Outputs;

/// <summary>What goes into a step's input folder: files of earlier outputs, or a sentence that says what is missing.</summary>
public sealed record ResolvedInputs
{
    /// <summary>In the order of their paths' bytes.</summary>
    public IReadOnlyList<InputFile> Files { get; private init; } = [];

    /// <summary>What is missing or clashes, for people; null: nothing.</summary>
    public string? Missing { get; private init; }

    [MemberNotNullWhen(false, nameof(Missing))]
    public bool Complete => Missing is null;

    public static ResolvedInputs Of(IReadOnlyList<InputFile> files) => new() { Files = files };

    public static ResolvedInputs Incomplete(string missing) => new() { Missing = missing };
}

/// <summary>One file, link or empty folder of the inputs.</summary>
/// <param name="Path">Relative, <c>/</c>-separated; for people where <paramref name="RawPath"/> is set.</param>
/// <param name="Sha256">Lower-case hex; of inline text as well.</param>
/// <param name="Mode">Permission bits.</param>
/// <param name="Key">Key of the object that holds the bytes; empty for what has none.</param>
public sealed record InputFile(string Path, long Size, string Sha256, int Mode, string Key)
{
    public EntryKind Kind { get; init; }

    /// <summary>The path's bytes, where they are not UTF-8.</summary>
    public byte[]? RawPath { get; init; }

    /// <summary>Where a link points.</summary>
    public string? Target { get; init; }

    /// <summary>Text written in the workflow file itself.</summary>
    public string? Inline { get; init; }

    public byte[] PathBytes => RawPath ?? Encoding.UTF8.GetBytes(Path);
}
