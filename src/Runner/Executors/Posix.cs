using System.Runtime.InteropServices;

namespace Twinrunner.Runner.Executors;

/// <summary>The few calls of POSIX and Linux that .NET has no words for.</summary>
internal static partial class Posix
{
    public const int Terminate = 15;
    public const int Kill = 9;

    private const int ReadAccess = 4;

    /// <summary>User and group of this process.</summary>
    public static (uint User, uint Group) Identity { get; } = (EffectiveUser(), EffectiveGroup());

    public static bool IsRoot => Identity.User == 0;

    /// <summary>Owner of a file or folder, of the link itself where it is one; null: it can't be seen.</summary>
    public static uint? OwnerOf(string path)
    {
        const int CurrentFolder = -100, NoFollow = 0x100;
        const uint Owner = 0x8;
        Span<byte> status = stackalloc byte[256]; // struct statx: the owner is at 20 (linux/stat.h)
        return Statx(CurrentFolder, path, NoFollow, Owner, status) == 0 ? MemoryMarshal.Read<uint>(status[20..]) : null;
    }

    /// <summary>Neither folder nor link, pipe, socket or device.</summary>
    public static bool IsPlainFile(string path)
    {
        const int CurrentFolder = -100, NoFollow = 0x100, KindMask = 0xF000, PlainFile = 0x8000;
        const uint Kind = 0x1;
        Span<byte> status = stackalloc byte[256]; // the mode is at 28
        return Statx(CurrentFolder, path, NoFollow, Kind, status) == 0 && (MemoryMarshal.Read<ushort>(status[28..]) & KindMask) == PlainFile;
    }

    public static bool CanRead(string path) => Access(path, ReadAccess) == 0;

    /// <summary>False: there is no such process, or group, or it is not ours.</summary>
    /// <param name="target">Negative: the process group of that number.</param>
    public static bool TrySignal(int target, int signal) => SendSignal(target, signal) == 0;

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "getegid")]
    private static partial uint EffectiveGroup();

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, Span<byte> status);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int target, int signal);
}
