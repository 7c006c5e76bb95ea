using System.Globalization;
using Twinrunner.Runner.Workflows.Yaml;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Workflows.Reading;

/// <summary>Reads a step's ports: <c>80</c>, <c>"8080:80"</c>, <c>"8080:80/udp"</c>, or a mapping.</summary>
internal sealed class PortReader(ValueReader values)
{
    public IReadOnlyList<PortSpec> Read(YamlNode? node)
    {
        var ports = new List<PortSpec>();
        foreach (var item in values.Items(node) ?? [])
        {
            if ((item is YamlMap map ? ReadMap(map) : ReadShort(item)) is not { } port)
                continue;
            if (ports.Any(p => p.Container == port.Container && p.Protocol == port.Protocol))
                values.Faults.Add(item, $"port {port.Container} is here twice");
            else if (port.Host is not null && ports.Any(p => p.Host == port.Host && p.Protocol == port.Protocol))
                values.Faults.Add(item, $"port {port.Host} of the machine is here twice");
            else
                ports.Add(port);
        }
        return ports;
    }

    private PortSpec? ReadMap(YamlMap map)
    {
        var port = new SectionReader(map, Sections.Port).Check(values.Faults);
        var container = values.Integer(port.Find("container"), 1, 65535);
        var host = values.Integer(port.Find("host"), 1, 65535);
        var name = values.Text(port.Find("name"));
        var protocol = values.OneOf(port.Find("protocol"), "tcp", "udp") ?? "tcp";
        return container is { } inside ? new(inside, host, name, protocol) : null;
    }

    private PortSpec? ReadShort(YamlNode item)
    {
        if (values.Text(item) is not { } text)
            return null;
        var protocol = "tcp";
        var rest = text;
        if (rest.EndsWith("/udp", StringComparison.Ordinal) || rest.EndsWith("/tcp", StringComparison.Ordinal))
            (rest, protocol) = (rest[..^4], rest[^3..]);
        var parts = rest.Split(':');
        if (parts.Length is 1 or 2 && parts.All(IsPort))
        {
            var numbers = parts.Select(p => int.Parse(p, CultureInfo.InvariantCulture)).ToArray();
            return new(numbers[^1], numbers.Length == 2 ? numbers[0] : null, null, protocol);
        }
        values.Faults.Add(item, $"'{text}' is not a port from 1 to 65535", "write 80, or \"8080:80\" with the machine's port first");
        return null;
    }

    private static bool IsPort(string text) =>
        text.Length is > 0 and <= 5 && text.All(char.IsAsciiDigit) && int.Parse(text, CultureInfo.InvariantCulture) is >= 1 and <= 65535;
}
