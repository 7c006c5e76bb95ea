using System.Buffers.Binary;
using Twinrunner.Runner.Executors;
using Twinrunner.Runner.Executors.Docker.Engine;

namespace Twinrunner.Runner.Tests.Executors.Docker;

public sealed class MultiplexedStreamTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(1000)]
    [InlineData(1 << 20)]
    public async Task Frames_come_whole_however_the_connection_cuts_them(int chunk)
    {
        var random = new Random(chunk);
        using MemoryStream wire = new(), stdout = new(), stderr = new();
        for (var i = 0; i < 300; i++)
        {
            var payload = new byte[random.Next(4) == 0 ? 0 : random.Next(1500)];
            random.NextBytes(payload);
            var toErrors = random.Next(3) == 0;
            wire.Write(Frame(toErrors ? 2 : 1, payload));
            (toErrors ? stderr : stdout).Write(payload);
        }
        wire.Write(Frame(1, new byte[400_000])); // longer than the buffer
        stdout.Write(new byte[400_000]);

        await using var stream = await OpenAsync(wire.ToArray(), chunk, keepFrames: false);
        using MemoryStream readOut = new(), readErrors = new();
        while (await stream.ReadAsync(Cancel) is { } piece)
            (piece.Stream == LogStream.Stdout ? readOut : readErrors).Write(piece.Bytes.Span);
        Assert.True(stdout.ToArray().AsSpan().SequenceEqual(readOut.ToArray()));
        Assert.True(stderr.ToArray().AsSpan().SequenceEqual(readErrors.ToArray()));
    }

    [Fact]
    public async Task Neighbours_of_one_stream_come_together_unless_frames_are_kept()
    {
        byte[] wire = [.. Frame(1, "a"u8), .. Frame(1, ""u8), .. Frame(1, "b"u8), .. Frame(2, "c"u8)];
        Assert.Equal(["ab", "c"], await ReadAsync(wire, keepFrames: false));
        Assert.Equal(["a", "", "b", "c"], await ReadAsync(wire, keepFrames: true));
    }

    [Fact]
    public async Task A_frame_that_is_cut_off_is_a_lost_connection()
    {
        byte[] wire = [.. Frame(1, "abc"u8)];
        await using var cut = await OpenAsync(wire[..^1], 100, keepFrames: false);
        Assert.NotNull(await cut.ReadAsync(Cancel));
        Assert.True((await Assert.ThrowsAsync<DockerException>(async () => await cut.ReadAsync(Cancel))).IsUnreachable);
        await using var header = await OpenAsync(wire[..5], 100, keepFrames: false);
        await Assert.ThrowsAsync<DockerException>(async () => await header.ReadAsync(Cancel));
        await using var noFrames = await OpenAsync("HTTP/1.1 200 OK"u8.ToArray(), 100, keepFrames: false);
        await Assert.ThrowsAsync<DockerException>(async () => await noFrames.ReadAsync(Cancel));
    }

    private static async Task<List<string>> ReadAsync(byte[] wire, bool keepFrames)
    {
        await using var stream = await OpenAsync(wire, wire.Length, keepFrames);
        var pieces = new List<string>();
        while (await stream.ReadAsync(Cancel) is { } piece)
            pieces.Add(System.Text.Encoding.ASCII.GetString(piece.Bytes.Span));
        return pieces;
    }

    private static byte[] Frame(int stream, ReadOnlySpan<byte> payload)
    {
        var frame = new byte[8 + payload.Length];
        frame[0] = (byte)stream;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(4), payload.Length);
        payload.CopyTo(frame.AsSpan(8));
        return frame;
    }

    private static Task<MultiplexedStream> OpenAsync(byte[] wire, int chunk, bool keepFrames) =>
        MultiplexedStream.OpenAsync(new() { Content = new StreamContent(new ChunkedStream(wire, chunk)) }, keepFrames, Cancel);

    /// <summary>Gives at most so many bytes at once.</summary>
    private sealed class ChunkedStream(byte[] bytes, int chunk) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, chunk));
        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, chunk)]);
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, chunk)], cancellationToken);
    }
}
