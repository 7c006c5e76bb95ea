using System.Security.Cryptography;
using System.Text;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Registry.Images;

/// <summary>
/// Names of the images that are built here: <c>twinrunner/&lt;component&gt;:&lt;version&gt;-&lt;commit&gt;</c>, valid whatever a component and
/// its tags are called, and different for different names and commits.
/// </summary>
public static class ImageName
{
    private const string Prefix = "twinrunner/";
    private const int MaxSlug = 60;

    public static string Of(ComponentVersion version) =>
        $"{Prefix}{Slug(version.Component.ComponentName)}:{Slug(version.Name)}-{version.Commit[..Math.Min(12, version.Commit.Length)].ToLowerInvariant()}";

    /// <summary>Whether an image was built here.</summary>
    public static bool IsOwn(string reference) => reference.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>What an image that was built here is called in an image registry.</summary>
    /// <param name="repository"><c>HOST/PATH</c>.</param>
    public static string In(string repository, string own) => $"{repository.TrimEnd('/')}/{own[Prefix.Length..]}";

    /// <summary>Lower-case letters and digits with single dots and dashes between them. A name that had to be changed ends in a hash of what it was.</summary>
    private static string Slug(string name)
    {
        var slug = new StringBuilder();
        foreach (var c in name.ToLowerInvariant())
        {
            if (char.IsAsciiLetterOrDigit(c))
                slug.Append(c);
            else if (slug.Length > 0 && slug[^1] is not ('-' or '.'))
                slug.Append(c == '.' ? '.' : '-');
            if (slug.Length == MaxSlug)
                break;
        }
        var text = slug.ToString().TrimEnd('-', '.');
        if (text == name && text.Length > 0)
            return text;
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..8];
        return text.Length == 0 ? hash : $"{text}-{hash}";
    }
}
