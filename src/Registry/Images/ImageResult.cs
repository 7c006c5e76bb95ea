using System.Diagnostics.CodeAnalysis;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Registry.Images;

/// <summary>An image that is there, or why it isn't.</summary>
public sealed record ImageResult
{
    private ImageResult()
    {
    }

    /// <summary>Name by which the engine has it.</summary>
    public string? Reference { get; private init; }

    /// <summary><c>sha256:…</c>: the image's id for one built here, the manifest's digest for one from an image registry.</summary>
    public string? Digest { get; private init; }

    public FailureReason? Reason { get; private init; }

    /// <summary>What went wrong, in a sentence to act on.</summary>
    public string? Message { get; private init; }

    [MemberNotNullWhen(true, nameof(Reference), nameof(Digest))]
    [MemberNotNullWhen(false, nameof(Reason), nameof(Message))]
    public bool Succeeded => Reason is null;

    public static ImageResult Ready(string reference, string digest) => new() { Reference = reference, Digest = digest };

    public static ImageResult Failed(FailureReason reason, string message) => new() { Reason = reason, Message = message };
}
