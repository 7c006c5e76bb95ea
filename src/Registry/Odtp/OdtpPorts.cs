using System.Globalization;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Registry.Odtp;

/// <summary><c>ports</c>: mappings with <c>port-value</c>, or texts like <c>8501</c>, <c>8501:3000</c> (host:container) and <c>53/udp</c>.</summary>
internal static class OdtpPorts
{
    public static IReadOnlyList<PortSpec> Read(OdtpNode? section, OdtpFaults faults)
    {
        List<PortSpec> ports = [];
        foreach (var (name, value) in OdtpList.Entries(section, "port-value", "port"))
        {
            var port = value is OdtpMapping mapping ? ReadMapping(mapping, name) : Parse(OdtpList.Text(value), name);
            if (port is null)
                faults.Warn(value, "This is no port from 1 to 65535; it is ignored.");
            else if (ports.Exists(other => other.Container == port.Container && other.Protocol == port.Protocol))
                faults.Warn(value, $"Port {port.Container} is here twice; the first counts.");
            else
                ports.Add(port);
        }
        return ports;
    }

    private static PortSpec? ReadMapping(OdtpMapping mapping, string? name)
    {
        var value = OdtpList.Text(mapping.Find("port-value", "container-port", "port", "value"));
        var port = Parse(value, OdtpList.Text(mapping.Find("name")) ?? name);
        return port is not null && TryNumber(OdtpList.Text(mapping.Find("host-port")), out var host) ? port with { Host = host } : port;
    }

    private static PortSpec? Parse(string? text, string? name)
    {
        if (text is null)
            return null;
        var protocol = "tcp";
        if (text.EndsWith("/udp", StringComparison.OrdinalIgnoreCase) || text.EndsWith("/tcp", StringComparison.OrdinalIgnoreCase))
        {
            protocol = text[^3..].ToLowerInvariant();
            text = text[..^4];
        }
        var parts = text.Split(':');
        if (parts.Length > 2 || !TryNumber(parts[^1], out var container))
            return null;
        int? host = null;
        if (parts.Length == 2)
        {
            if (!TryNumber(parts[0], out var number))
                return null;
            host = number;
        }
        return new(container, host, name, protocol);
    }

    private static bool TryNumber(string? text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is >= 1 and <= 65535;
}
