using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Twinrunner.Runner.Executors;
using Twinrunner.Runner.Logs;

namespace Twinrunner.Runner.Tests.Logs;

public sealed class SplitAndMaskTests
{
    private const int MaxLine = 16;

    [Fact]
    public void Any_chunking_gives_the_same_lines()
    {
        var bytes = Gen.Elements("ab\n\r\0é€😀".Select(c => (byte)c).Concat(Encoding.UTF8.GetBytes("é€😀")).Append((byte)0xFF).ToArray());
        Prop.ForAll(Gen.ArrayOf(bytes).ToArbitrary(), Cuts(), (content, cuts) =>
        {
            var (whole, _) = Split(content, [], []);
            var (cut, emitted) = Split(content, cuts, []);
            return whole.SequenceEqual(cut) && emitted == content.Length && Exact(cut).SequenceEqual(content);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    [Fact]
    public void Any_chunking_hides_the_secrets_in_the_same_way()
    {
        string[] secrets = ["abab", "ababba", "b\nab", "caféb"];
        var pieces = Gen.Elements("a", "b", "ab", "\n", "abab", "ababba", "b\nab", "ba", "café", "caféb", "x");
        Prop.ForAll(Gen.ArrayOf(pieces).ToArbitrary(), Cuts(), (parts, cuts) =>
        {
            var content = Encoding.UTF8.GetBytes(string.Concat(parts));
            var (whole, _) = Split(content, [], secrets);
            var (cut, emitted) = Split(content, cuts, secrets);
            var text = Encoding.UTF8.GetString(Exact(cut).ToArray());
            return whole.SequenceEqual(cut)
                && emitted == content.Length
                && !secrets.Any(secret => text.Contains(secret, StringComparison.Ordinal));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    [Fact]
    public void Going_on_after_any_line_gives_the_lines_that_would_have_come()
    {
        string[] secrets = ["abab", "b\nab"];
        var pieces = Gen.Elements("a", "b", "\n", "abab", "b\nab", "é", "xxxxxxxxxxxx");
        Prop.ForAll(Gen.ArrayOf(pieces).ToArbitrary(), parts =>
        {
            var content = Encoding.UTF8.GetBytes(string.Concat(parts));
            var all = new List<(string Line, long Position)>();
            Feed(content, [], secrets, 0, (line, position) => all.Add((line, position)));
            return Enumerable.Range(0, all.Count).All(stop =>
            {
                var rest = new List<(string Line, long Position)>();
                Feed(content[(int)all[stop].Position..], [], secrets, all[stop].Position, (line, position) => rest.Add((line, position)));
                return rest.SequenceEqual(all.Skip(stop + 1));
            });
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    [Theory]
    [InlineData("s3cr't \"pa$$\" wörd/+")]
    [InlineData("hunter2")]
    [InlineData("-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END KEY-----\n")]
    public void A_secret_is_hidden_in_the_encodings_that_programs_print(string secret)
    {
        var bytes = Encoding.UTF8.GetBytes(secret);
        string[] forms =
        [
            secret,
            Convert.ToBase64String(bytes),
            Convert.ToBase64String([.. "u:"u8, .. bytes, .. "@x"u8]),
            Convert.ToBase64String([.. "user:"u8, .. bytes]),
            Convert.ToBase64String([.. "usr:"u8, .. bytes, .. "!"u8]),
            Convert.ToHexString(bytes),
            Convert.ToHexStringLower(bytes),
            Uri.EscapeDataString(secret),
            System.Text.Json.JsonSerializer.Serialize(secret),
            "'" + secret.Replace("'", "'\\''", StringComparison.Ordinal) + "'",
        ];
        foreach (var form in forms)
        {
            var (lines, _) = Split(Encoding.UTF8.GetBytes($"before {form} after\n"), [], [secret], maxLine: 1000);
            var text = string.Concat(lines);
            Assert.Contains("***", text, StringComparison.Ordinal);
            foreach (var part in Middles(form))
                Assert.DoesNotContain(part, text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_value_of_three_characters_is_not_looked_for()
    {
        var (lines, _) = Split("a yes b\n"u8.ToArray(), [], ["yes"]);
        Assert.Equal(["a yes b|None"], lines);
    }

    [Fact]
    public void A_long_line_is_cut_between_characters()
    {
        var (lines, _) = Split(Encoding.UTF8.GetBytes(new string('x', MaxLine - 1) + "€uro\n"), [], []);
        Assert.Equal([new string('x', MaxLine - 1) + "|Cut, Continues", "€uro|None"], lines);
    }

    [Fact]
    public void A_line_of_exactly_the_limit_is_whole()
    {
        var (lines, _) = Split(Encoding.UTF8.GetBytes(new string('x', MaxLine) + "\n"), [], []);
        Assert.Equal([new string('x', MaxLine) + "|None"], lines);
    }

    // What is left of an encoded secret may be a character or two at its ends, where it shares bits with its neighbours.
    private static IEnumerable<string> Middles(string form) =>
        Enumerable.Range(0, Math.Max(0, form.Length - 11)).Select(start => form.Substring(start, 12)).Where(part => !part.Contains('"', StringComparison.Ordinal));

    private static Arbitrary<int[]> Cuts() => Gen.ArrayOf(Gen.Choose(1, 7)).ToArbitrary();

    private static (List<string> Lines, long Emitted) Split(byte[] content, int[] cuts, string[] secrets, int maxLine = MaxLine)
    {
        var lines = new List<string>();
        var emitted = Feed(content, cuts, secrets, 0, (line, _) => lines.Add(line), maxLine);
        return (lines, emitted);
    }

    private static long Feed(byte[] content, int[] cuts, string[] secrets, long start, Action<string, long> add, int maxLine = MaxLine)
    {
        LineSplitter lines = null!;
        lines = new(LogStream.Stdout, maxLine, (_, line, flags) => add($"{Encoding.Latin1.GetString(line)}|{flags}".Decode(), lines.Emitted));
        lines.Start(start);
        var masker = new SecretMasker(SecretPatterns.For(secrets), lines);
        ReadOnlySpan<byte> rest = content;
        foreach (var cut in cuts)
        {
            masker.Append(rest[..Math.Min(cut, rest.Length)], default);
            rest = rest[Math.Min(cut, rest.Length)..];
        }
        masker.Append(rest, default);
        masker.End(default);
        lines.End(LogLineFlags.NoNewline);
        return lines.Emitted;
    }

    private static List<byte> Exact(List<string> lines)
    {
        var bytes = new List<byte>();
        foreach (var line in lines)
        {
            var bar = line.LastIndexOf('|');
            bytes.AddRange(line[..bar].Encode());
            if (line[(bar + 1)..] == nameof(LogLineFlags.None))
                bytes.Add((byte)'\n');
        }
        return bytes;
    }
}

/// <summary>Bytes as text that a failed assertion can show: UTF-8 where it is, one character a byte where it isn't.</summary>
internal static class ByteText
{
    public static string Decode(this string latin1)
    {
        var bytes = Encoding.Latin1.GetBytes(latin1);
        return System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : "\uFFFE" + latin1;
    }

    public static byte[] Encode(this string text) =>
        text.StartsWith('\uFFFE') ? Encoding.Latin1.GetBytes(text[1..]) : Encoding.UTF8.GetBytes(text);
}
