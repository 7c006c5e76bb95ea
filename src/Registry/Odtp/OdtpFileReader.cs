using System.Text;

namespace Twinrunner.Registry.Odtp;

/// <summary>
/// Reads odtp.yml in every dialect that components use: kebab-case and snake_case keys of schema v0.3.1 to v0.5.0, lists
/// where others write mappings, and half-filled templates. What ODTP's own validator refuses is a warning here; only a file
/// of which nothing can be used is an error. It never throws, whatever the bytes.
/// </summary>
public static class OdtpFileReader
{
    /// <summary>Real files have a few kilobytes.</summary>
    public const int MaxBytes = 256 * 1024;

    public static OdtpReading Read(ReadOnlySpan<byte> bytes)
    {
        var faults = new OdtpFaults();
        var file = bytes.Length > MaxBytes ? TooBig(bytes.Length, faults) : Read(Decode(bytes, faults), faults);
        return new(file, faults.ToList());
    }

    private static OdtpFile? TooBig(int length, OdtpFaults faults)
    {
        faults.Error(0, 0, $"The file has {length / 1024:N0} KiB; at most {MaxBytes / 1024} KiB are read.");
        return null;
    }

    private static string Decode(ReadOnlySpan<byte> bytes, OdtpFaults faults)
    {
        var text = bytes switch
        {
            [0xEF, 0xBB, 0xBF, ..] => Encoding.UTF8.GetString(bytes[3..]),
            [0xFF, 0xFE, ..] => Encoding.Unicode.GetString(bytes[2..]),
            [0xFE, 0xFF, ..] => Encoding.BigEndianUnicode.GetString(bytes[2..]),
            _ => Encoding.UTF8.GetString(bytes),
        };
        if (text.Contains('\uFFFD', StringComparison.Ordinal))
            faults.Warn("The file is not valid UTF-8; what can't be read shows as '\uFFFD'.");
        // As ODTP does before it parses. A NUL would end the scanner's input.
        return text.Replace("\t", "    ", StringComparison.Ordinal).Replace('\0', '\uFFFD');
    }

    private static OdtpFile? Read(string text, OdtpFaults faults)
    {
        switch (OdtpTree.Read(text, faults))
        {
            case OdtpMapping root:
                return new OdtpSections(root, faults).ToFile();
            case null or OdtpScalar { IsNull: true } when !faults.HasError:
                faults.Error(1, 1, "The file is empty: it must be a mapping with at least 'component-name'.");
                return null;
            case { } other:
                faults.Error(other.Line, other.Column, "The file must be a mapping, like 'component-name: my-component'.");
                return null;
            default:
                return null;
        }
    }
}
