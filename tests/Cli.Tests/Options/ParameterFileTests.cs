using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Twinrunner.Cli.Options;

namespace Twinrunner.Cli.Tests.Options;

public sealed class ParameterFileTests
{
    [Theory]
    [InlineData("A=1", "1")]
    [InlineData("export A=1", "1")]
    [InlineData("A = spaced value ", "spaced value")]
    [InlineData("A='it''s'", "'it''s'")]
    [InlineData("A='$HOME `id` \\n'", "$HOME `id` \\n")]
    [InlineData("A=\"tab\\t and \\\"quotes\\\"\"", "tab\t and \"quotes\"")]
    [InlineData("A=\"two\nlines\"", "two\nlines")]
    [InlineData("A=a=b", "a=b")]
    [InlineData("A=value # is part of it", "value # is part of it")]
    [InlineData("# comment\r\n\r\nA=\"quoted\" # comment\r\n", "quoted")]
    [InlineData("A=\"one\" and \"two\"", "\"one\" and \"two\"")]
    [InlineData("A=", "")]
    public void Dotenv_values_arrive_as_they_are_meant(string text, string expected) =>
        Assert.Equal(expected, ParameterFile.Parse(text, "study.env")["A"].GetString());

    [Fact]
    public void Json_values_keep_their_types()
    {
        var parameters = ParameterFile.Parse("""{ "N": 3, "B": true, "S": "x" }""", "study.json");

        Assert.Equal([JsonValueKind.Number, JsonValueKind.True, JsonValueKind.String], parameters.Values.Select(value => value.ValueKind));
    }

    [Theory]
    [InlineData("A=1\nwhat", "study.env:2: NAME=value belongs here")]
    [InlineData("A=\"open", "study.env:1: the quotation that starts here has no end")]
    [InlineData("{ \"A\": }", "study.env:1:8: this is no JSON object")]
    [InlineData("{ \"A\": 1, \"A\": 2 }", "study.env: a name stands in it twice")]
    public void A_faulty_file_is_reported_with_its_line(string text, string message)
    {
        var error = Assert.Throws<CliError>(() => ParameterFile.Parse(text, "study.env"));

        Assert.Equal(ExitCode.Usage, error.ExitCode);
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Single_quotes_keep_every_character() => Prop
        .ForAll<NonNull<string>>(text =>
        {
            var value = text.Get.Replace("'", "", StringComparison.Ordinal).ReplaceLineEndings("\n").Replace('\0', ' ');
            return ParameterFile.Parse($"A='{value}'", "x")["A"].GetString() == value;
        })
        .QuickCheckThrowOnFailure();
}
