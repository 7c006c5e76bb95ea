using System.Text;
using Twinrunner.Registry.Odtp;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Registry.Tests.Odtp;

/// <summary>One file a dialect, written from what ODTP's versions accept.</summary>
public sealed class OdtpDialectTests
{
    [Fact]
    public void Schema_0_5_0_is_read_whole()
    {
        var file = Read("""
            schema-version: "v0.5.0"
            component-name: Zone loader
            component-authors:
              - name: Ada
                orcid: "https://orcid.org/0000-0000-0000-0001"
              - name: Grace
            component-version: "1.2.0"
            component-repository:
              url: "https://git.example/zones"
              doi: null
            component-license: MIT
            component-type: interactive
            component-description: Loads zones
            component-docker-image: "example/zones:1.2.0"
            tags: [geo, time]
            tools:
              - tool-name: tzdata
                tool-authors: [{name: IANA}]
                tool-repository: {url: "https://git.example/tz"}
                tool-license: PD
            secrets:
              - {name: API_KEY, datatype: str, description: A key}
            build-args:
              ZONES: "2026a"
            ports:
              - {name: WEB, description: The page, port-value: 8501}
            parameters:
              - name: RETRIES
                default-value: 10
                datatype: int
                description: How often
                parameter-bounds: [0, inf]
                options: null
                allow-custom-value: false
              - name: MODE
                default-value: fast
                datatype: str
                description: Which way
                options: [fast, exact]
            data-inputs:
              - {name: A, type: .txt, path: /a, description: a}
            data-outputs:
              - {name: B, type: .txt, path: /b, description: b}
            devices:
              - {type: gpu, required: true}
            """, out var faults);

        Assert.Empty(faults);
        Assert.Equal(("Zone loader", "1.2.0", "v0.5.0", "interactive"), (file.Name, file.Version, file.SchemaVersion, file.Type));
        Assert.Equal(["Ada", "Grace"], file.Authors);
        Assert.Equal(["geo", "time"], file.Tags);
        Assert.Equal("https://git.example/zones", file.RepositoryUrl);
        Assert.Equal("example/zones:1.2.0", file.DockerImage);
        Assert.Equal(["API_KEY"], file.SecretNames);
        Assert.Equal([new PortSpec(8501, null, "WEB")], file.Ports);
        Assert.True(file.Gpu);
        var (retries, mode) = (file.Parameters[0], file.Parameters[1]);
        Assert.Equal(("integer", "10", 0.0, null), (retries.Type, retries.Default, retries.Minimum, retries.Maximum));
        Assert.Equal(["fast", "exact"], mode.Options);
        Assert.Equal("2026a", BuildArguments.Read(file.Parts.BuildArgs)["ZONES"]);
        Assert.Equal(10, file.Parts.Parameters!.Value[0].GetProperty("default-value").GetInt32());
        Assert.Equal("tzdata", file.Parts.Tools!.Value[0].GetProperty("tool-name").GetString());
        Assert.NotNull(file.Parts.DataInputs);
        Assert.NotNull(file.Parts.DataOutputs);
    }

    [Fact]
    public void Schema_0_3_2_with_flat_tool_keys_and_a_device_mapping_is_read()
    {
        var file = Read("""
            component-name: metrics
            component-author: Ada
            component-type: ephemeral
            tool-name: numpy
            tool-version: "2.0"
            ports: ["8501", 9000, "8080:80", "53/udp"]
            data-output:
              - {name: B, type: csv, path: b.csv, description: b}
            devices:
              gpu: false
            """, out var faults);

        Assert.Empty(faults);
        Assert.Equal(["Ada"], file.Authors);
        Assert.Equal([new(8501, null), new(9000, null), new(80, 8080), new(53, null, null, "udp")], file.Ports);
        Assert.False(file.Gpu);
        Assert.Equal("numpy", file.Parts.Tools!.Value[0].GetProperty("tool-name").GetString());
        Assert.NotNull(file.Parts.DataOutputs);
    }

    [Fact]
    public void Snake_case_keys_are_read_like_kebab_case()
    {
        var file = Read("""
            schema_version: v0.3.3
            component_name: loader
            component_docker_image: example/loader:1
            parameters:
              - {name: N, default_value: 1.5, data_type: float, parameter_bounds: [null, .inf], allow_custom_value: true}
            build_args: ["A=b=c", {name: EMPTY, secret: true}, {name: D, value: 7}]
            data_outputs: []
            """, out var faults);

        Assert.Empty(faults);
        Assert.Equal(("loader", "example/loader:1"), (file.Name, file.DockerImage));
        var parameter = Assert.Single(file.Parameters);
        Assert.Equal(("number", "1.5", true), (parameter.Type, parameter.Default, parameter.AllowCustomValue));
        Assert.Null(parameter.Minimum);
        Assert.Equal([("A", "b=c"), ("D", "7")], BuildArguments.Read(file.Parts.BuildArgs).Select(pair => (pair.Key, pair.Value)));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("")]
    public void Empty_sections_are_read_as_nothing(string nothing)
    {
        var file = Read($"""
            component-name: x
            parameters: {nothing}
            ports: {nothing}
            secrets: {nothing}
            devices: {nothing}
            build-args: {nothing}
            tools: {nothing}
            tags: {nothing}
            data-inputs: {nothing}
            """, out var faults);

        Assert.Empty(faults);
        Assert.Empty(file.Parameters);
        Assert.Empty(file.Ports);
        Assert.Empty(file.SecretNames);
        Assert.Empty(BuildArguments.Read(file.Parts.BuildArgs));
        Assert.False(file.Gpu);
    }

    [Theory]
    [InlineData("str", "string")]
    [InlineData("string", "string")]
    [InlineData("int", "integer")]
    [InlineData("Integer", "integer")]
    [InlineData("float", "number")]
    [InlineData("number", "number")]
    [InlineData("bool", "boolean")]
    [InlineData("boolean", "boolean")]
    public void Datatypes_are_read_in_every_spelling(string written, string type)
    {
        var file = Read($"component-name: x\nparameters: [{{name: A, datatype: {written}}}]", out var faults);

        Assert.Empty(faults);
        Assert.Equal(type, file.Parameters[0].Type);
    }

    [Theory]
    [InlineData("null", null, true)]
    [InlineData("~", null, true)]
    [InlineData("'null'", "null", false)]
    [InlineData("true", "True", false)]
    [InlineData("no", "False", false)]
    [InlineData("'yes'", "yes", false)]
    [InlineData("''", "", false)]
    [InlineData("1.50", "1.50", false)]
    public void Defaults_become_the_text_that_ODTP_would_pass(string written, string? text, bool isNull)
    {
        var file = Read($"component-name: x\nparameters: [{{name: A, datatype: str, default-value: {written}}}]", out _);

        Assert.Equal((text, isNull), (file.Parameters[0].Default, file.Parameters[0].HasNullDefault));
    }

    [Fact]
    public void A_parameter_without_a_default_must_be_given()
    {
        var parameter = Read("component-name: x\nparameters: [{name: A, datatype: str}]", out _).Parameters[0];

        Assert.Null(parameter.Default);
        Assert.False(parameter.HasNullDefault);
    }

    [Fact]
    public void Parameters_may_be_a_mapping_of_names_to_defaults()
    {
        var file = Read("component-name: x\nparameters: {A: 1, B: {default-value: 2, datatype: int}}", out _);

        Assert.Equal([("A", "1", "string"), ("B", "2", "integer")], file.Parameters.Select(p => (p.Name, p.Default!, p.Type)));
    }

    [Fact]
    public void Tabs_a_byte_order_mark_and_carriage_returns_don_t_hurt()
    {
        byte[] bytes = [0xEF, 0xBB, 0xBF, .. "component-name: x\r\nparameters:\r\n\t- name: A\r\n\t  datatype: int\r\n"u8];

        var reading = OdtpFileReader.Read(bytes);

        Assert.Empty(reading.Faults);
        Assert.Equal("A", reading.File!.Parameters[0].Name);
    }

    [Fact]
    public void Aliases_and_merge_keys_are_followed()
    {
        var file = Read("""
            component-name: x
            base: &base {datatype: int, default-value: 3}
            parameters:
              - {<<: *base, name: A}
              - {<<: *base, name: B, default-value: 4}
            """, out var faults);

        Assert.Empty(faults);
        Assert.Equal([("A", "3"), ("B", "4")], file.Parameters.Select(p => (p.Name, p.Default!)));
    }

    [Fact]
    public void The_example_components_are_read_without_a_warning()
    {
        var files = Directory.GetFiles(Path.Combine(TestKit.Repository.Root, "examples"), "odtp.yml", SearchOption.AllDirectories);

        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.Empty(OdtpFileReader.Read(File.ReadAllBytes(file)).Faults));
    }

    private static OdtpFile Read(string yaml, out IReadOnlyList<OdtpFault> faults)
    {
        var reading = OdtpFileReader.Read(Encoding.UTF8.GetBytes(yaml));
        faults = reading.Faults;
        Assert.Null(reading.Error);
        return reading.File!;
    }
}
