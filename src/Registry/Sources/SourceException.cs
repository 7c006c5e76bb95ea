namespace Twinrunner.Registry.Sources;

/// <summary>A source can't be read; the message says why and what to do. <see cref="Components.ComponentService"/> turns it into a refusal.</summary>
public sealed class SourceException(string message, Exception? inner = null) : Exception(message, inner);
