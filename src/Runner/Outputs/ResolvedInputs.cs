using System.Diagnostics.CodeAnalysis;

namespace Twinrunner.Runner.Outputs;

/// <summary>What goes into a step's input folder: files of earlier outputs, or a sentence that says what is missing.</summary>
public sealed record ResolvedInputs
{
    /// <summary>In the order of their paths.</summary>
    public IReadOnlyList<InputFile> Files { get; private init; } = [];

    /// <summary>What is missing or clashes, for people; null: nothing.</summary>
    public string? Missing { get; private init; }

    [MemberNotNullWhen(false, nameof(Missing))]
    public bool Complete => Missing is null;

    public static ResolvedInputs Of(IReadOnlyList<InputFile> files) => new() { Files = files };

    public static ResolvedInputs Incomplete(string missing) => new() { Missing = missing };
}

/// <summary>One file, link or empty folder of the inputs.</summary>
/// <param name="Path">Relative, <c>/</c>-separated.</param>
/// <param name="Sha256">Lower-case hex.</param>
/// <param name="Mode">Permission bits.</param>
/// <param name="Key">Key of the object that holds the bytes.</param>
public sealed record InputFile(string Path, long Size, string Sha256, int Mode, string Key);
