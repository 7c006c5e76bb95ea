using System.Text;

namespace Twinrunner.Storage.Objects;

/// <summary>The rules for keys, the same for every back end.</summary>
public static class ObjectKey
{
    public const int MaxBytes = 1024;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="ArgumentException">The text is not a key; the message says why.</exception>
    public static void Check(string key)
    {
        if (Fault(key) is { } fault)
            throw new ArgumentException($"'{key}' can't be the key of an object: {fault}.", nameof(key));
    }

    /// <summary>True when the text may be a key.</summary>
    public static bool IsValid(string key) => Fault(key) is null;

    /// <summary>Order of keys in lists: by the bytes of their UTF-8, as S3 has it.</summary>
    public static int Compare(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        var same = left.CommonPrefixLength(right);
        if (same == left.Length || same == right.Length)
            return left.Length - right.Length;
        // UTF-16 puts surrogates (characters beyond U+FFFF) before U+E000; UTF-8 puts them last.
        var (l, r) = (left[same], right[same]);
        return char.IsSurrogate(l) == char.IsSurrogate(r) ? l - r : char.IsSurrogate(l) ? 1 : -1;
    }

    private static string? Fault(string key)
    {
        if (key.Length == 0)
            return "it is empty";
        try
        {
            if (Strict.GetByteCount(key) > MaxBytes)
                return $"it is longer than {MaxBytes} bytes of UTF-8";
        }
        catch (EncoderFallbackException)
        {
            return "it holds half a surrogate pair";
        }
        foreach (var part in key.AsSpan().Split('/'))
        {
            if (key.AsSpan()[part] is "" or "." or "..")
                return "its parts may not be empty, '.' or '..'";
        }
        return null;
    }
}
