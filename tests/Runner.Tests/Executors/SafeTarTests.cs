using System.Formats.Tar;
using Twinrunner.Runner.Executors.Archives;
using Twinrunner.TestKit;

namespace Twinrunner.Runner.Tests.Executors;

public sealed class SafeTarTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Root => _folder["root"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("/etc/x")]
    [InlineData("w/../../x")]
    [InlineData("../x")]
    [InlineData("w/a/../../../x")]
    public async Task A_name_that_leaves_the_root_is_left_out(string name)
    {
        var report = await ExtractAsync(File(name), File("w/kept"));
        Assert.Equal([name], report.LeftOut);
        AssertOnly("kept");
    }

    [Theory]
    [InlineData("w/l", "/etc/passwd")]
    [InlineData("w/l", "..")]
    [InlineData("w/d/l", "../../x")]
    [InlineData("w/d/l", "a/../../../x")]
    public async Task A_link_that_leaves_the_root_is_left_out(string name, string target)
    {
        var report = await ExtractAsync(Link(name, target), File("w/kept"));
        Assert.Equal(1, report.LeftOutCount);
        AssertOnly("kept");
    }

    [Fact]
    public async Task Links_inside_are_kept_and_nothing_is_written_through_them()
    {
        var report = await ExtractAsync(Folder("w/d"), Link("w/l", "d"), Link("w/d/up", "../kept"), File("w/l/x"), File("w/kept"), File("w/l"));
        Assert.Equal(["w/l/x", "w/l"], report.LeftOut);
        AssertOnly("d", "d/up", "kept", "l");
        Assert.Equal("text", await System.IO.File.ReadAllTextAsync(Path.Combine(Root, "d/up"), Cancel));
    }

    [Fact]
    public async Task A_chain_of_links_cannot_climb_out()
    {
        // s is the root itself; "d/../s/../x" looks like x and is x of the root's parent.
        var report = await ExtractAsync(Folder("w/d"), Link("w/d/s", ".."), Link("w/d/out", "s/../secret"), Link("w/d/s/deep", "../../x"));
        Assert.Equal(["w/d/out", "w/d/s/deep"], report.LeftOut);
        AssertOnly("d", "d/s");
    }

    [Fact]
    public async Task Devices_and_pipes_are_left_out_and_second_names_become_files()
    {
        var report = await ExtractAsync(
            new PaxTarEntry(TarEntryType.CharacterDevice, "w/null"),
            new PaxTarEntry(TarEntryType.Fifo, "w/pipe"),
            File("w/a"),
            new PaxTarEntry(TarEntryType.HardLink, "w/b") { LinkName = "w/a" },
            new PaxTarEntry(TarEntryType.HardLink, "w/c") { LinkName = "/etc/passwd" });
        Assert.Equal(["w/null", "w/pipe", "w/c"], report.LeftOut);
        Assert.Equal("text", await System.IO.File.ReadAllTextAsync(Path.Combine(Root, "b"), Cancel));
        AssertOnly("a", "b");
    }

    [Fact]
    public async Task Modes_keep_no_special_bits_and_leave_the_owner_in()
    {
        var entry = File("w/f");
        entry.Mode = UnixFileMode.SetUser | UnixFileMode.OtherExecute;
        await ExtractAsync(entry);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherExecute, System.IO.File.GetUnixFileMode(Path.Combine(Root, "f")));
    }

    [Fact]
    public async Task More_than_the_limits_is_refused()
    {
        await Assert.ThrowsAsync<InvalidDataException>(() => ExtractAsync(new SafeTar(Root, byteLimit: 3, entryLimit: 10), File("w/f")));
        await Assert.ThrowsAsync<InvalidDataException>(() => ExtractAsync(new SafeTar(Root, byteLimit: 99, entryLimit: 1), File("w/g"), File("w/h")));
    }

    private Task<SafeTarReport> ExtractAsync(params TarEntry[] entries) => ExtractAsync(new SafeTar(Root, byteLimit: 1 << 20, entryLimit: 100), entries);

    private static async Task<SafeTarReport> ExtractAsync(SafeTar tar, params TarEntry[] entries)
    {
        using var stream = new MemoryStream();
        await using (var writer = new TarWriter(stream, leaveOpen: true))
        {
            foreach (var entry in entries)
                await writer.WriteEntryAsync(entry, Cancel);
        }
        stream.Position = 0;
        return await tar.ExtractAsync(stream, Cancel);
    }

    private void AssertOnly(params string[] paths)
    {
        Assert.Equal(paths, Below(new(Root)).Select(p => Path.GetRelativePath(Root, p)).Order(StringComparer.Ordinal));
        Assert.Equal(["root"], Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName));
    }

    /// <summary>Without going through links.</summary>
    private static IEnumerable<string> Below(DirectoryInfo folder) => folder.EnumerateFileSystemInfos().SelectMany(entry =>
        entry is DirectoryInfo { LinkTarget: null } inner ? Below(inner).Prepend(entry.FullName) : [entry.FullName]);

    private static PaxTarEntry File(string name) => new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream("text"u8.ToArray()) };

    private static PaxTarEntry Folder(string name) => new(TarEntryType.Directory, name);

    private static PaxTarEntry Link(string name, string target) => new(TarEntryType.SymbolicLink, name) { LinkName = target };
}
