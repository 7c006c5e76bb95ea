using FsCheck;
using FsCheck.Fluent;

namespace Twinrunner.TestKit.Suites;

/// <summary>Documents of a few fields with values of every kind: many of them equal, so that filters find something.</summary>
internal static class ModelDocument
{
    public static readonly string[] Paths = ["v", "w.x", "ref"];

    private static readonly string[] Values =
    [
        "null", "0", "1", "1.0", "-2.5", "9007199254740993", "\"\"", "\"a\"", "\"b'--\"", "\"é\"", "\"true\"", "\"1\"", "\"D2026\"", "true", "false",
        """{"$date":"2026-01-01T00:00:00.000Z"}""", """{"$date":"2026-01-02T00:00:00.000Z"}""", "[1]", """{"y":1}""",
    ];

    private static readonly string[] References =
        ["null", """{"$oid":"65a1b2c3d4e5f60718293a4b"}""", "\"65a1b2c3d4e5f60718293a4b\"", """{"$oid":"65a1b2c3d4e5f60718293a4c"}""", "\"none\""];

    /// <summary>The fields of that many documents, without <c>_id</c>.</summary>
    public static IEnumerable<string> Sample(int count) =>
        (from v in Field("\"v\":", Values)
         from w in Field("\"w\":{\"x\":", Values)
         from r in Field("\"ref\":", References)
         select string.Join(',', new[] { v, w is null ? null : w + "}", r }.OfType<string>())).Sample(count);

    private static Gen<string?> Field(string start, string[] values) =>
        Gen.Frequency((1, Gen.Constant<string?>(null)), (5, Gen.Elements(values).Select(value => (string?)(start + value))));
}
