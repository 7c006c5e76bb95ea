using Twinrunner.Cli.Outputs;
using Twinrunner.Client;

namespace Twinrunner.Cli.Tests.Outputs;

public sealed class FileTreeTests
{
    [Fact]
    public void Folders_come_first_and_odd_things_are_named()
    {
        var lines = FileTree.Lines(
        [
            File("b.csv", 2048),
            File("plots/one.svg", 10),
            File("plots/two.svg", 20),
            new OutputFileView { Path = "way", Kind = OutputFileKind.Link, Target = "b.csv" },
            new OutputFileView { Path = "pipe", Kind = OutputFileKind.Other, LeftOut = "it is a named pipe" },
            File("e\e[2Jvil", 1),
        ]);

        Assert.Equal(
            """
            ├─ plots/
            │  ├─ one.svg  10 B
            │  └─ two.svg  20 B
            ├─ b.csv  2.0 KiB
            ├─ e␛[2Jvil  1 B
            ├─ pipe  (not stored: it is a named pipe)
            └─ way → b.csv
            """,
            string.Join('\n', lines));
    }

    private static OutputFileView File(string path, long size) => new() { Path = path, Kind = OutputFileKind.File, Size = size };
}
