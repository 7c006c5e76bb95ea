using System.Buffers;
using System.Globalization;
using System.Text;

namespace Twinrunner.Storage.Objects.Files;

/// <summary>
/// Names of files for keys, one-to-one and readable. The last part of a key keeps its name and every other part becomes a
/// folder that ends in <c>.d</c>, so that both <c>a</c> and <c>a/b</c> can be stored. What some file system or tool trips
/// over is written <c>%XX</c>: control characters, <c>% \ : * ? " &lt; &gt; |</c>, a dot or space at the end, and the dot of
/// a file's own <c>.d</c>. A part too long for a file name goes on in a folder that ends in <c>%+</c>.
/// </summary>
internal static class KeyPath
{
    public const string FolderSuffix = ".d";
    public const string ContinuedSuffix = "%+";

    /// <summary>Of the 255 bytes that file systems allow, with room for a suffix.</summary>
    private const int MaxNameBytes = 250;

    private static readonly SearchValues<char> Escaped = SearchValues.Create("%\\:*?\"<>|\u007f" + string.Concat(Enumerable.Range(0, 32).Select(i => (char)i)));

    /// <summary>Relative path of the object's file.</summary>
    public static string OfObject(string key)
    {
        var path = new StringBuilder(key.Length + 32);
        var start = key.LastIndexOf('/') + 1;
        AppendFolders(path, key.AsSpan(0, start));
        AppendName(path, key.AsSpan(start), isFolder: false);
        return path.ToString();
    }

    /// <summary>Relative path of the folder with the objects below a prefix, which is empty or ends in a slash.</summary>
    public static string OfFolder(string prefix)
    {
        var path = new StringBuilder(prefix.Length + 32);
        AppendFolders(path, prefix);
        return path.ToString();
    }

    /// <summary>The text that was written as this file name (without suffix); null when we don't write such names.</summary>
    public static string? Decode(ReadOnlySpan<char> name)
    {
        if (!name.Contains('%'))
            return name.ToString();
        var text = new StringBuilder(name.Length);
        for (var i = 0; i < name.Length; i++)
        {
            if (name[i] != '%')
                text.Append(name[i]);
            else if (i + 2 < name.Length && byte.TryParse(name.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
                (text, i) = (text.Append((char)value), i + 2);
            else
                return null;
        }
        return text.ToString();
    }

    private static void AppendFolders(StringBuilder path, ReadOnlySpan<char> prefix)
    {
        while (prefix.IndexOf('/') is >= 0 and var slash)
        {
            AppendName(path, prefix[..slash], isFolder: true);
            path.Append(FolderSuffix).Append('/');
            prefix = prefix[(slash + 1)..];
        }
    }

    private static void AppendName(StringBuilder path, ReadOnlySpan<char> part, bool isFolder)
    {
        var escapedEnd = isFolder ? -1 : part switch
        {
            [.., '.' or ' '] => part.Length - 1,
            [.., '.', 'd' or 'D'] => part.Length - 2,
            _ => -1,
        };
        var bytes = 0;
        for (var i = 0; i < part.Length;)
        {
            _ = Rune.DecodeFromUtf16(part[i..], out var rune, out var length);
            var isEscaped = i == escapedEnd || Escaped.Contains(part[i]);
            var size = isEscaped ? 3 : rune.Utf8SequenceLength;
            if (bytes + size > MaxNameBytes)
            {
                path.Append(ContinuedSuffix).Append('/');
                bytes = 0;
            }
            if (isEscaped)
                path.Append('%').Append(((int)part[i]).ToString("X2", CultureInfo.InvariantCulture));
            else
                path.Append(part.Slice(i, length));
            bytes += size;
            i += length;
        }
    }
}
