using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Twinrunner.Runner.Outputs.Files;

/// <summary>An open folder. Names are bytes, as the file system has them; nothing here follows a link.</summary>
internal sealed class OpenFolder(SafeFileHandle handle) : IDisposable
{
    private const uint BasicStatus = 0x7FF;

    public static OpenFolder Open(string path)
    {
        var descriptor = FolderCalls.Open(path, FolderCalls.ReadOnly | FolderCalls.Folder | FolderCalls.NoFollow | FolderCalls.CloseOnExec, 0);
        return descriptor < 0 ? throw FolderCalls.LastError($"'{path}' can't be opened") : new(new(descriptor, ownsHandle: true));
    }

    public void Dispose() => handle.Dispose();

    /// <summary>Null: it is no folder (any more).</summary>
    public OpenFolder? OpenSubfolder(ReadOnlySpan<byte> name) =>
        TryOpen(name, FolderCalls.ReadOnly | FolderCalls.Folder, 0) is { } opened ? new(opened) : null;

    /// <summary>Null: it is gone or a link. Opening a FIFO doesn't wait for its other end.</summary>
    public SafeFileHandle? OpenFile(ReadOnlySpan<byte> name) => TryOpen(name, FolderCalls.ReadOnly | FolderCalls.NonBlocking, 0);

    /// <summary>A new file for writing.</summary>
    public SafeFileHandle CreateFile(ReadOnlySpan<byte> path, int mode)
    {
        var file = TryOpen(path, FolderCalls.WriteOnly | FolderCalls.Create | FolderCalls.Exclusive, 0x180) ?? throw FolderCalls.LastError($"'{Show(path)}' can't be created");
        _ = FolderCalls.ChangeMode(file, mode); // not by the creation mode: the process's umask would have its say
        return file;
    }

    /// <summary>Makes the folder; one that is there stays.</summary>
    public void MakeFolder(ReadOnlySpan<byte> path, int mode)
    {
        if (FolderCalls.MakeFolderAt(handle, Zero(path), mode) < 0)
        {
            if (Marshal.GetLastPInvokeError() == FolderCalls.Exists)
                return;
            throw FolderCalls.LastError($"The folder '{Show(path)}' can't be made");
        }
        using var made = TryOpen(path, FolderCalls.ReadOnly | FolderCalls.Folder, 0);
        if (made is not null)
            _ = FolderCalls.ChangeMode(made, mode);
    }

    public void MakeLink(ReadOnlySpan<byte> path, ReadOnlySpan<byte> target)
    {
        if (FolderCalls.LinkAt(Zero(target), handle, Zero(path)) < 0)
            throw FolderCalls.LastError($"The link '{Show(path)}' can't be made");
    }

    public byte[]? ReadLink(ReadOnlySpan<byte> name)
    {
        var buffer = new byte[4096];
        var length = FolderCalls.ReadLinkAt(handle, Zero(name), buffer, (nuint)buffer.Length);
        return length < 0 || length == buffer.Length ? null : buffer[..(int)length];
    }

    public bool TryRemoveFile(ReadOnlySpan<byte> name) => FolderCalls.UnlinkAt(handle, Zero(name), 0) == 0;

    public bool TryRemoveFolder(ReadOnlySpan<byte> name) => FolderCalls.UnlinkAt(handle, Zero(name), FolderCalls.RemoveFolder) == 0;

    public bool TryMove(ReadOnlySpan<byte> name, OpenFolder target, ReadOnlySpan<byte> newName) =>
        FolderCalls.RenameAt(handle, Zero(name), target.Handle, Zero(newName)) == 0;

    /// <summary>Lets its owner in: a component may have taken away its own rights.</summary>
    public void Unlock(ReadOnlySpan<byte> name)
    {
        // Through a descriptor of the entry itself, since chmod by name would follow a link.
        using var entry = TryOpen(name, FolderCalls.PathOnly | FolderCalls.Folder, 0);
        if (entry is not null)
            _ = FolderCalls.ChangeMode($"/proc/self/fd/{entry.DangerousGetHandle()}", 0x1C0);
    }

    public FileStatus? Status(ReadOnlySpan<byte> name) => Status(handle, name, FolderCalls.SymlinkNoFollow);

    public static FileStatus? Status(SafeFileHandle file) => Status(file, [], FolderCalls.EmptyPath);

    /// <summary>All entries, ordered by the bytes of their names; a folder's name counts with the slash that follows it in paths.</summary>
    public List<FolderEntry> ReadEntries()
    {
        var entries = new List<FolderEntry>();
        Visit(entry => entries.Add(entry));
        entries.Sort(static (left, right) => left.CompareTo(right));
        return entries;
    }

    /// <summary>Calls with each entry in the file system's order, as long as it is there.</summary>
    public void Visit(Action<FolderEntry> visit)
    {
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var count = FolderCalls.GetEntries(handle, buffer, (nuint)buffer.Length);
            if (count < 0)
                throw FolderCalls.LastError("A folder can't be read");
            if (count == 0)
                return;
            for (var rest = buffer.AsSpan(0, (int)count); !rest.IsEmpty; rest = rest[MemoryMarshal.Read<ushort>(rest[16..])..])
            {
                var name = rest[19..];
                name = name[..name.IndexOf((byte)0)];
                if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                    visit(new(name.ToArray(), KindOf(rest[18], name)));
            }
        }
    }

    private SafeFileHandle Handle => handle;

    private FileKind KindOf(byte type, ReadOnlySpan<byte> name) => type switch
    {
        4 => FileKind.Folder,
        8 => FileKind.File,
        10 => FileKind.Link,
        0 => Status(name)?.Kind ?? FileKind.Other, // this file system doesn't say
        _ => FileKind.Other,
    };

    private SafeFileHandle? TryOpen(ReadOnlySpan<byte> name, int flags, int mode)
    {
        var descriptor = FolderCalls.OpenAt(handle, Zero(name), flags | FolderCalls.NoFollow | FolderCalls.CloseOnExec, mode);
        if (descriptor >= 0)
            return new(descriptor, ownsHandle: true);
        return Marshal.GetLastPInvokeError() is FolderCalls.NoEntry or FolderCalls.NotFolder or FolderCalls.TooManyLinks
            ? null
            : throw FolderCalls.LastError($"'{Show(name)}' can't be opened");
    }

    private static FileStatus? Status(SafeFileHandle handle, ReadOnlySpan<byte> name, int flags)
    {
        // struct statx of linux/stat.h, the same for every processor
        Span<byte> status = stackalloc byte[256];
        if (FolderCalls.Statx(handle, Zero(name), flags, BasicStatus, status) < 0)
            return null;
        var mode = MemoryMarshal.Read<ushort>(status[28..]);
        var kind = (mode & 0xF000) switch { 0x8000 => FileKind.File, 0x4000 => FileKind.Folder, 0xA000 => FileKind.Link, _ => FileKind.Other };
        return new(
            kind, mode & 0x1FF, MemoryMarshal.Read<long>(status[40..]),
            MemoryMarshal.Read<long>(status[112..]), MemoryMarshal.Read<uint>(status[120..]));
    }

    private static byte[] Zero(ReadOnlySpan<byte> name) => [.. name, 0];

    private static string Show(ReadOnlySpan<byte> name) => Encoding.UTF8.GetString(name);
}

internal enum FileKind { File, Folder, Link, Other }

internal readonly record struct FolderEntry(byte[] Name, FileKind Kind)
{
    public int CompareTo(FolderEntry other)
    {
        var same = Name.AsSpan().CommonPrefixLength(other.Name);
        return After(same) - other.After(same);
    }

    private int After(int same) => same < Name.Length ? Name[same] + 1 : Kind == FileKind.Folder ? '/' + 1 : 0;
}

/// <param name="Mode">Permission bits.</param>
internal readonly record struct FileStatus(FileKind Kind, int Mode, long Size, long ModifiedSeconds, uint ModifiedNanoseconds);
