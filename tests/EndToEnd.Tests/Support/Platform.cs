using System.Runtime.Versioning;

// Signals, permissions and a container engine on a Unix socket.
[assembly: SupportedOSPlatform("linux")]
