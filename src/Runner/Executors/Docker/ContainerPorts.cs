using Twinrunner.Runner.Executors.Docker.Engine;
using Twinrunner.Runner.Executors.Probes;

namespace Twinrunner.Runner.Executors.Docker;

/// <summary>Where the ports of a running container are.</summary>
internal static class ContainerPorts
{
    /// <summary>Port of the node by port of the container.</summary>
    public static IReadOnlyDictionary<int, int> Published(EngineContainer? container)
    {
        var published = new Dictionary<int, int>();
        foreach (var (name, bindings) in container?.NetworkSettings?.Ports ?? new Dictionary<string, IReadOnlyList<PortBinding>?>())
        {
            if (int.TryParse(name.AsSpan(0, name.IndexOf('/', StringComparison.Ordinal)), out var port)
                && bindings is [{ HostPort: var host }, ..] && int.TryParse(host, out var hostPort))
                published[port] = hostPort;
        }
        return published;
    }

    /// <summary>The container's own addresses, which only this machine's engine makes reachable, then the published port.</summary>
    public static IReadOnlyList<ProbeAddress> Addresses(EngineContainer container, int port, EngineAddress engine)
    {
        var addresses = new List<ProbeAddress>();
        if (engine.IsUnixSocket && container.NetworkSettings?.Networks is { } networks)
            addresses.AddRange(networks.Values.Where(n => !string.IsNullOrEmpty(n.IpAddress)).Select(n => new ProbeAddress(n.IpAddress!, port, IsForwarded: false)));
        if (Published(container).TryGetValue(port, out var published))
            addresses.Add(new(engine.PublishHost, published, IsForwarded: true));
        return addresses;
    }
}
