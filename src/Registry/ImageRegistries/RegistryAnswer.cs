using System.Diagnostics.CodeAnalysis;

namespace Twinrunner.Registry.ImageRegistries;

/// <summary>What an image registry answered, or why it didn't.</summary>
public sealed record RegistryAnswer<T> where T : class
{
    private RegistryAnswer()
    {
    }

    public T? Value { get; private init; }

    public RegistryFailure? Failure { get; private init; }

    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Failure))]
    public bool Succeeded => Value is not null;

    public static implicit operator RegistryAnswer<T>(T value) => new() { Value = value };

    public static implicit operator RegistryAnswer<T>(RegistryFailure failure) => new() { Failure = failure };
}

/// <param name="Sentence">What happened and what to do, for people.</param>
/// <param name="Until">When it is worth asking again; only for <see cref="RegistryFailureKind.Limited"/>.</param>
public sealed record RegistryFailure(RegistryFailureKind Kind, string Sentence, DateTimeOffset? Until = null);

public enum RegistryFailureKind
{
    /// <summary>It has no such repository, tag or digest.</summary>
    Missing,

    /// <summary>It wants a login, or another one. Most say so, too, of repositories that aren't there.</summary>
    Denied,

    /// <summary>It wants to be left alone until a time.</summary>
    Limited,

    /// <summary>It didn't answer, or with an error of its own: later it may.</summary>
    Unreachable,

    /// <summary>What it answered can't be used or trusted, or it may not be asked: the same will happen again.</summary>
    Refused,
}
