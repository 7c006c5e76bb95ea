namespace Twinrunner.Registry.Odtp;

/// <summary>One entry of a section that the dialects write as a list of mappings, a list of texts, or a mapping by name.</summary>
/// <param name="Name">The key, where the section is a mapping.</param>
internal readonly record struct OdtpListEntry(string? Name, OdtpNode Value);

internal static class OdtpList
{
    /// <summary>The entries, however they are written. <paramref name="ownKey"/> tells one entry without its list from a mapping by name.</summary>
    public static IEnumerable<OdtpListEntry> Entries(OdtpNode? section, params string[] ownKey) => section switch
    {
        null or { IsEmpty: true } => [],
        OdtpSequence list => list.Items.Where(item => !item.IsEmpty).Select(item => new OdtpListEntry(null, item)),
        OdtpMapping one when one.Find(ownKey) is not null => [new(null, one)],
        OdtpMapping byName => byName.Entries.Select(entry => new OdtpListEntry(entry.Key.Text.Trim(), entry.Value)),
        _ => [new(null, section)],
    };

    public static string? Text(OdtpNode? node) => node is OdtpScalar { IsNull: false } scalar ? scalar.Text.Trim() : null;
}
