using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Twinrunner.Registry.Odtp;

namespace Twinrunner.Registry.Tests.Odtp;

/// <summary>The reader never throws and always ends, whatever the bytes; when it gives no file it says why.</summary>
public sealed class OdtpFuzzTests
{
    /// <summary>Pieces from which a generator builds files that get far into the reader.</summary>
    private static readonly string[] Pieces =
    [
        "component-name", "component_type", "parameters", "ports", "secrets", "devices", "build-args", "tools", "tags", "options",
        "parameter-bounds", "default-value", "datatype", "name", "port-value", "gpu", "required", "schema-version",
        ": ", ":", "\n", "\n  ", "\n    ", "\n- ", "\n  - ", "\t", "{", "}", "[", "]", ", ", "\"", "'", "|\n  ", ">\n  ", "&a ", "*a", "<<: ",
        "!!str ", "!!binary ", "!x ", "? ", "# c", "---\n", "...\n", "%TAG ! x\n", "null", "~", "true", "inf", "-.inf", "1e999", "-1", "99999999999999999999",
        "\\u0000", "\\ud800", "\uFEFF", "\u0000", "\u2028", "é", "💥", "0x", "=", "int", "str", "8501:80",
    ];

    [Fact]
    public void Any_bytes_end_in_a_reading() =>
        Prop.ForAll<byte[]>(bytes => IsContained(bytes)).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    [Fact]
    public void Any_heap_of_yaml_pieces_ends_in_a_reading()
    {
        var files = Gen.Elements(Pieces).ListOf().Select(pieces => "component-name: x\n" + string.Concat(pieces));

        Prop.ForAll(Arb.From(files), text => IsContained(Encoding.UTF8.GetBytes(text))).Check(Config.QuickThrowOnFailure.WithMaxTest(5_000));
    }

    private static bool IsContained(byte[] bytes)
    {
        var reading = OdtpFileReader.Read(bytes);
        _ = BuildArguments.Read(reading.File?.Parts.BuildArgs);
        return reading.File is null == reading.Error is not null;
    }
}
