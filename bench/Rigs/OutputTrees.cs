namespace Twinrunner.Bench.Rigs;

/// <summary>What steps leave, of bytes that can't be compressed.</summary>
internal static class OutputTrees
{
    private const long BigBytes = 2L << 30;
    private const int SmallBytes = 16 * 1024, FilesOfAFolder = 200;

    /// <summary>One file of 2 GiB.</summary>
    public static void MakeBig(string folder)
    {
        using var file = File.Create(Path.Combine(folder, "big.bin"));
        var block = new byte[1 << 20];
        for (long written = 0; written < BigBytes; written += block.Length)
        {
            new Random((int)(written >> 20)).NextBytes(block);
            file.Write(block);
        }
    }

    /// <summary>Files of 16 KiB, 200 to a folder.</summary>
    public static void MakeMany(string folder, int files)
    {
        var bytes = new byte[SmallBytes];
        for (var i = 0; i < files; i++)
        {
            var parent = Path.Combine(folder, $"{i / FilesOfAFolder:000}");
            if (i % FilesOfAFolder == 0)
                Directory.CreateDirectory(parent);
            new Random(i).NextBytes(bytes);
            File.WriteAllBytes(Path.Combine(parent, $"{i:00000}.bin"), bytes);
        }
    }
}
