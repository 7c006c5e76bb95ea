using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Twinrunner.Storage.Objects.Files;

/// <summary>The few calls of POSIX and Linux that .NET has no words for.</summary>
internal static partial class Posix
{
    private const int NoSuchFile = 2;

    /// <summary>Makes what was created, renamed or deleted in the folder survive a power cut.</summary>
    public static void FlushFolder(string path) => Flush(path, Fsync);

    /// <summary>Makes everything in the folder's file system survive a power cut.</summary>
    public static void FlushFileSystem(string path) => Flush(path, OperatingSystem.IsLinux() ? SyncFs : _ => { Sync(); return 0; });

    private static void Flush(string path, Func<int, int> flush)
    {
        if (OperatingSystem.IsWindows())
            return;
        var descriptor = Open(path, 0);
        if (descriptor < 0 && Marshal.GetLastPInvokeError() == NoSuchFile)
            return; // deleted meanwhile: there is nothing to make durable
        if (descriptor < 0)
            throw LastError($"'{path}' can't be opened");
        try
        {
            if (flush(descriptor) < 0)
                throw LastError($"'{path}' can't be flushed");
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    /// <summary>False: the file systems differ, have no hard links, or don't let us link that file.</summary>
    public static bool TryLink(string existing, string created) => !OperatingSystem.IsWindows() && Link(existing, created) == 0;

    /// <summary>True for a regular file with one name; false for a link or another kind.</summary>
    [SupportedOSPlatform("linux")]
    public static bool IsSingleFile(string path)
    {
        const int CurrentFolder = -100, NoFollow = 0x100, TypeAndLinks = 0x1 | 0x4, KindMask = 0xF000, RegularFile = 0x8000;
        Span<byte> status = stackalloc byte[256]; // struct statx: the number of links is at 16, the mode at 28 (linux/stat.h)
        return Statx(CurrentFolder, path, NoFollow, TypeAndLinks, status) == 0
            && MemoryMarshal.Read<uint>(status[16..]) == 1
            && (MemoryMarshal.Read<ushort>(status[28..]) & KindMask) == RegularFile;
    }

    private static IOException LastError(string what) =>
        new($"{what}: {Marshal.GetLastPInvokeErrorMessage()}", Marshal.GetLastPInvokeError());

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    private static partial int SyncFs(int descriptor);

    [LibraryImport("libc", EntryPoint = "sync")]
    private static partial void Sync();

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string created);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, Span<byte> status);
}
