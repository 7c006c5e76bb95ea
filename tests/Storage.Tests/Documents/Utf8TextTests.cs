using System.Text;
using System.Text.Json;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Storage.Tests.Documents;

public sealed class Utf8TextTests
{
    /// <summary>Every code point in one text, and each beside what must be escaped.</summary>
    [Fact]
    public void Any_text_comes_back_from_JSON_as_it_was()
    {
        var every = string.Concat(Enumerable.Range(0, 0x110000).Where(Rune.IsValid).Select(code => new Rune(code).ToString()));
        foreach (var text in (string[])["", "\n", "\n\n", "a\"b\\c\td\u0001\u007f\u2028e", "ü\n€\n😀\n", every, string.Join('\n', every.EnumerateRunes())])
        {
            var json = JsonSerializer.Serialize<Utf8Text>(text);
            Assert.Equal(text, JsonSerializer.Deserialize<string>(json)); // as any reader has it
            Assert.Equal(text, JsonSerializer.Deserialize<Utf8Text>(json).ToString());
        }
    }
}
