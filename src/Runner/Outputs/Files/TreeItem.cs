using Microsoft.Win32.SafeHandles;

namespace Twinrunner.Runner.Outputs.Files;

/// <summary>Something found in a component's folder. Exactly one of the three is set.</summary>
/// <param name="Path">Bytes of the path relative to the folder.</param>
/// <param name="Mode">Permission bits.</param>
/// <param name="File">Opened for reading; whoever takes the item disposes it.</param>
internal sealed record TreeItem(byte[] Path, int Mode, SafeFileHandle? File = null, byte[]? LinkTarget = null, string? LeftOut = null)
{
    public bool IsEmptyFolder => File is null && LinkTarget is null && LeftOut is null;
}

/// <summary>The folder has more in it than is allowed; the message is a sentence for people.</summary>
internal sealed class TreeLimitException(string message) : Exception(message);
