using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using Twinrunner.Storage.Objects;
using Twinrunner.Storage.Objects.Files;
using Twinrunner.TestKit;
using Twinrunner.TestKit.Suites;

namespace Twinrunner.Storage.Tests.Objects;

public sealed class FileObjectStoreTests : ObjectStoreSuite
{
    private readonly TestFolder _folder = new();

    private string Root => _folder["objects"];
    private ILocalObjects Local => (ILocalObjects)Objects;

    protected override ValueTask<IObjectStore> OpenAsync() => ValueTask.FromResult<IObjectStore>(FileObjectStore.Open(Root));

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Keys_are_readable_in_the_file_system()
    {
        await PutAsync("executions/65a1/load/1/trips 2024.csv", "x");

        Assert.True(File.Exists(Path.Combine(Root, "executions.d", "65a1.d", "load.d", "1.d", "trips 2024.csv")));
    }

    [Fact]
    public async Task Nothing_but_the_objects_and_no_empty_folder_stays_behind()
    {
        await PutAsync("a/b/c", "x");
        await PutAsync("a/d", "x");
        await Objects.DeleteAsync("a/b/c", Token);

        Assert.Equal(["%incoming", "a.d", "a.d/d"], Directory.EnumerateFileSystemEntries(Root, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Root, path)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Left_over_files_of_dead_processes_are_swept_and_a_put_under_way_is_not()
    {
        var leftOver = Path.Combine(Root, "%incoming", "left-over");
        await File.WriteAllTextAsync(leftOver, "half", Token);
        var content = new GatedStream();
        var put = Objects.PutAsync("a", content, new PutOptions(), Token);
        await content.WasRead.Task.WaitAsync(Token);

        FileObjectStore.Open(Root);

        Assert.False(File.Exists(leftOver));
        content.End.SetResult();
        Assert.Equal(1, (await put).Size);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_file_is_linked_in_and_becomes_read_only(bool durable)
    {
        var file = _folder["output.bin"];
        await File.WriteAllTextAsync(file, "result", Token);

        var info = await Local.PutFileAsync("a/output.bin", file, new PutOptions(), durable, Token);
        await Local.FlushAsync(Token);

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData("result"u8)), info.Sha256);
        Assert.Equal("result", await ReadTextAsync("a/output.bin"));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(Root, "%incoming")));
        if (OperatingSystem.IsLinux())
            Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(Local.TryGetPath("a/output.bin")!) & UnixFileMode.UserWrite);
        Assert.True(File.Exists(file));
    }

    [Fact]
    public async Task A_file_with_another_name_elsewhere_is_copied()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("hard links are counted on Linux only");
        var (file, other) = (_folder["output.bin"], _folder["same.bin"]);
        await File.WriteAllTextAsync(file, "result", Token);
        Assert.True(Posix.TryLink(file, other));

        await Local.PutFileAsync("a", file, new PutOptions(), durable: true, Token);
        await File.WriteAllTextAsync(other, "changed", Token);

        Assert.Equal("result", await ReadTextAsync("a"));
    }

    [Fact]
    public async Task A_file_that_is_there_already_can_be_put_again_and_under_other_keys()
    {
        var file = _folder["output.bin"];
        await File.WriteAllTextAsync(file, "result", Token);

        foreach (var key in (string[])["a", "a", "b", "a"])
            await Local.PutFileAsync(key, file, new PutOptions(), durable: true, Token);

        Assert.Equal(["a", "b"], await ListAsync(""));
        Assert.Equal("result", await ReadTextAsync("a"));
    }

    [Fact]
    public async Task A_symbolic_link_is_copied_as_what_it_points_at_and_a_wrong_hash_is_refused()
    {
        var (file, link) = (_folder["output.bin"], _folder["link"]);
        await File.WriteAllTextAsync(file, "result", Token);
        File.CreateSymbolicLink(link, file);

        await Local.PutFileAsync("a", link, new PutOptions(), durable: true, Token);
        await Assert.ThrowsAsync<ObjectStoreException>(() => Local.PutFileAsync("b", link, new PutOptions(Sha256: new string('0', 64)), durable: true, Token));
        await Assert.ThrowsAsync<ObjectStoreException>(() => Local.PutFileAsync("b", file, new PutOptions(ContentLength: 1), durable: true, Token));

        Assert.Null(new FileInfo(Local.TryGetPath("a")!).LinkTarget);
        Assert.Null(Local.TryGetPath("b"));
    }

    [Fact]
    public void A_root_that_is_a_file_says_so()
    {
        File.WriteAllText(_folder["file"], "");

        Assert.Contains(_folder["file"], Assert.Throws<ObjectStoreException>(() => FileObjectStore.Open(_folder["file"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Different_keys_have_different_names_that_no_file_system_refuses_or_leaves()
    {
        var letters = Gen.Elements("a", "A", ".", "d", ".d", " ", "%", "%2E", "\\", ":", "é", "😀", "\u0001", "%+", new string('x', 120), new string('é', 130));
        var part = letters.NonEmptyListOf().Select(string.Concat).Where(text => text is not ("." or ".."));
        var key = part.NonEmptyListOf().Select(parts => string.Join('/', parts)).Where(ObjectKey.IsValid);

        Prop.ForAll(Arb.From(key.Two()), keys =>
        {
            var (left, right) = (KeyPath.OfObject(keys.Item1), KeyPath.OfObject(keys.Item2));
            return (keys.Item1 == keys.Item2) == (left == right)
                && !Prefixes(left).Contains(right)
                && left.Split('/').All(name => System.Text.Encoding.UTF8.GetByteCount(name) <= 255 && name is not ("" or "." or "..") && name.IndexOf('\0') < 0);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3_000));

        // A name that is a file for one key must not be a folder for another.
        static IEnumerable<string> Prefixes(string path) =>
            Enumerable.Range(0, path.Length).Where(i => path[i] == '/').Select(i => path[..i]);
    }

    /// <summary>Gives one byte and then waits.</summary>
    private sealed class GatedStream : MemoryStream
    {
        public TaskCompletionSource WasRead { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public TaskCompletionSource End { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (WasRead.TrySetResult())
                return 1;
            await End.Task.WaitAsync(cancellationToken);
            return 0;
        }
    }
}
