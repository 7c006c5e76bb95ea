using System.Text;
using Twinrunner.Registry.Odtp;

namespace Twinrunner.Registry.Tests.Odtp;

public sealed class OdtpFaultTests
{
    [Fact]
    public void Everything_odd_is_a_warning_with_its_line()
    {
        var reading = Read("""
            component-name: x
            component-type: ephemeral or interactive
            component-license: [MIT]
            ports:
              - 70000
              - name: WEB
            parameters:
              - {name: A, datatype: date}
              - {name: B, datatype: int, default-value: many}
              - {name: C, datatype: int, default-value: 5, parameter-bounds: [0, 3]}
              - {name: D, datatype: str, default-value: x, options: [y, z]}
              - {name: E, datatype: int, parameter-bounds: [3, 0]}
              - {name: "F=1", datatype: int}
              - {name: A, datatype: str}
            secrets:
              - {description: no name}
            """);

        Assert.NotNull(reading.File);
        Assert.All(reading.Faults, fault => Assert.False(fault.IsError));
        Assert.Equal([2, 3, 5, 6, 8, 9, 10, 11, 12, 13, 14, 16], reading.Faults.Select(fault => fault.Line));
        Assert.Equal(["B", "C", "D", "E", "A"], reading.File.Parameters.Select(parameter => parameter.Name));
        Assert.Contains("odtp.yml line 9: The default 'many' of 'B' is no integer.", reading.Faults.Select(fault => fault.ToString()));
    }

    [Fact]
    public void What_the_template_left_behind_is_noticed_and_not_used()
    {
        var reading = Read("""
            component-name: Component Name
            component-docker-image: "dockeruser/dockerimage:label"
            component-license: "{{LICENSE}}"
            component-description: <description>
            """);

        Assert.Equal([1, 2, 3, 4], reading.Faults.Select(fault => fault.Line));
        Assert.Equal((null, null, null, null), (reading.File!.Name, reading.File.DockerImage, reading.File.License, reading.File.Description));
    }

    [Fact]
    public void Of_a_key_that_is_there_twice_the_later_value_counts()
    {
        var reading = Read("component-name: a\ncomponent-license: MIT\ncomponent-name: b\n");

        Assert.Equal("b", reading.File!.Name);
        Assert.Equal(3, Assert.Single(reading.Faults).Line);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# only a comment")]
    [InlineData("just text")]
    [InlineData("[a, b]")]
    [InlineData("component-name: [x")]
    [InlineData("a: b: c")]
    [InlineData("component-name: \"\\q\"")]
    [InlineData("%YAML 9.9\n---\na: b")]
    public void A_file_that_says_nothing_is_an_error(string yaml)
    {
        var reading = Read(yaml);

        Assert.Null(reading.File);
        Assert.NotNull(reading.Error);
    }

    [Fact]
    public void A_billion_laughs_are_refused_at_once()
    {
        var yaml = new StringBuilder("a0: &a0 [lol, lol, lol]\n");
        for (var level = 1; level < 20; level++)
            yaml.Append($"a{level}: &a{level} [*a{level - 1}, *a{level - 1}, *a{level - 1}, *a{level - 1}, *a{level - 1}]\n");

        Assert.Contains("aliases", Read(yaml.ToString()).Error!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{")]
    [InlineData("- ")]
    [InlineData("? ")]
    [InlineData("{a: ")]
    public void Deep_nesting_is_refused_at_once(string opening)
    {
        var reading = Read(string.Concat(Enumerable.Repeat(opening, OdtpFileReader.MaxBytes / opening.Length)));

        Assert.NotNull(reading.Error);
    }

    [Fact]
    public void Ten_megabytes_are_refused_unread()
    {
        Assert.Contains("10,240 KiB", Read(new string('x', 10 << 20)).Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_thousand_odd_ports_give_a_short_list_of_warnings()
    {
        var reading = Read("component-name: x\nports: [" + string.Join(',', Enumerable.Repeat("none", 1000)) + "]");

        Assert.InRange(reading.Faults.Count, 2, 51);
        Assert.Contains(reading.Faults, fault => fault.Message.StartsWith("950 further", StringComparison.Ordinal));
    }

    [Fact]
    public void An_alias_to_itself_is_read_as_null()
    {
        var reading = Read("component-name: x\nports: &p [*p, 80]");

        Assert.Equal(80, Assert.Single(reading.File!.Ports).Container);
    }

    [Fact]
    public void Escapes_for_NUL_and_half_surrogates_can_t_reach_an_environment()
    {
        var reading = Read("""
            component-name: x
            parameters: [{name: A, datatype: str, default-value: "a\0b\ud800c"}]
            """);

        Assert.DoesNotContain('\0', reading.File?.Parameters[0].Default ?? "");
        Assert.DoesNotContain('\ud800', reading.File?.Parameters[0].Default ?? "");
    }

    private static OdtpReading Read(string yaml) => OdtpFileReader.Read(Encoding.UTF8.GetBytes(yaml));
}
