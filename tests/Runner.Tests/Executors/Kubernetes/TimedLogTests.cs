using System.Text;
using Twinrunner.Runner.Executors;
using Twinrunner.Runner.Executors.Kubernetes;
using Twinrunner.TestKit.Executors;

namespace Twinrunner.Runner.Tests.Executors.Kubernetes;

public sealed class TimedLogTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100_000)]
    public async Task Times_are_taken_away_wherever_the_bytes_are_cut(int cut)
    {
        var (log, sink) = await CopyAsync($"{At(1)} one\n{At(2)} \n{At(3)} thr\u00e9e\n{At(4)} last", cut: cut);
        Assert.Equal("one\n\nthr\u00e9e\nlast", sink.StdoutText);
        Assert.False(log.HasOthersWords);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_line_of_several_blocks_is_one_line_on_old_and_new_kubelets(bool timesEachBlock)
    {
        var block = new string('a', 16 * 1024);
        var between = timesEachBlock ? At(2) + " " : "";
        var (_, sink) = await CopyAsync($"{At(1)} {block}{between}{block}{between}\n{At(3)} {block}{between}end\n");
        Assert.Equal($"{block}{block}\n{block}end\n", sink.StdoutText);
    }

    [Fact]
    public async Task It_goes_on_after_the_mark_also_among_lines_of_one_time()
    {
        var first = $"{At(1)} a\n{At(1)} b\n{At(1)} c\n";
        var (log, sink) = await CopyAsync(first);
        var mark = LogMark.Parse(sink.Position);
        Assert.Equal(log.Mark, mark);
        var (_, rest) = await CopyAsync(first + $"{At(1)} d\n{At(2)} e\n", mark);
        Assert.Equal("d\ne\n", rest.StdoutText);
    }

    [Fact]
    public async Task What_was_stored_beyond_the_mark_is_not_given_again()
    {
        var log = $"{At(1)} first\n{At(2)} second\n{At(3)} third\n";
        var (_, rest) = await CopyAsync(log, LogMark.Parse(new(10, 0, $"{At(1)}|0|0")));
        Assert.Equal("nd\nthird\n", rest.StdoutText);
    }

    [Fact]
    public async Task A_mark_that_was_rotated_away_is_noticed_and_what_is_later_comes_whole()
    {
        var mark = LogMark.Parse(new(6, 0, $"{At(1)}|0|0"));
        var (gone, none) = await CopyAsync($"{At(9)} later\n", mark);
        Assert.True(gone.MarkIsGone);
        Assert.Empty(none.Stdout);
        var (_, rest) = await CopyAsync($"{At(9)} later\n", new(6, null), after: mark.Line!.Time);
        Assert.Equal("later\n", rest.StdoutText);
    }

    [Fact]
    public async Task The_nodes_own_words_are_not_the_components()
    {
        var (log, sink) = await CopyAsync("unable to retrieve container logs for containerd://abc\n");
        Assert.True(log.HasOthersWords);
        Assert.Empty(sink.Stdout);
    }

    private static string At(int second) => $"2026-01-01T00:00:{second:00}.123456789Z";

    private static async Task<(TimedLog Log, RecordingSink Sink)> CopyAsync(string text, LogMark? mark = null, DateTimeOffset? after = null, int cut = int.MaxValue)
    {
        var sink = new RecordingSink();
        var log = new TimedLog(mark ?? new(0, null), after, sink, null);
        await log.CopyAsync(new CutStream(Encoding.UTF8.GetBytes(text), cut), Cancel);
        return (log, sink);
    }

    private sealed class CutStream(byte[] bytes, int cut) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(cut, buffer.Length)], cancellationToken);
    }
}
