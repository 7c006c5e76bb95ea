using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Twinrunner.Runner.Executors;
using Twinrunner.Runner.Logs;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;
using Twinrunner.TestKit;

namespace Twinrunner.Runner.Tests.Logs;

public sealed class StepLogsTests
{
    private static readonly LogOptions Small = new() { PageBytes = 4096, LineBytes = 100 };

    private readonly ManualTime _time = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_byte_comes_back_in_the_order_in_which_lines_ended()
    {
        await using var stores = await OpenAsync(Small);
        var key = await NewStepAsync(stores);
        var random = new Random(7);
        var sent = (Stdout: new MemoryStream(), Stderr: new MemoryStream());
        await using (var log = await stores.Get<StepLogs>().OpenAsync(key, [], Cancelled))
        {
            for (var i = 0; i < 2000; i++)
            {
                var chunk = new byte[random.Next(60)];
                random.NextBytes(chunk);
                var stream = random.Next(2) == 0 ? LogStream.Stdout : LogStream.Stderr;
                (stream == LogStream.Stdout ? sent.Stdout : sent.Stderr).Write(chunk);
                await log.WriteAsync(stream, chunk, Cancelled);
            }
            await log.CompleteAsync(Cancelled);
            Assert.Equal(new LogPosition(sent.Stdout.Length, sent.Stderr.Length), log.Stored);
        }

        var lines = await ReadAsync(stores, key);
        Assert.Equal(Enumerable.Range(1, lines.Count).Select(number => (long)number), lines.Select(line => line.Number));
        Assert.Equal(sent.Stdout.ToArray(), Exact(lines, LogStream.Stdout));
        Assert.Equal(sent.Stderr.ToArray(), Exact(lines, LogStream.Stderr));
    }

    [Fact]
    public async Task A_log_of_one_empty_line_is_stored()
    {
        await using var stores = await OpenAsync(Small);
        var key = await NewStepAsync(stores);
        await using var log = await stores.Get<StepLogs>().OpenAsync(key, [], Cancelled);
        await log.WriteAsync(LogStream.Stdout, "\n"u8.ToArray(), Cancelled);
        await log.CompleteAsync(Cancelled);

        Assert.Equal("\n"u8.ToArray(), Exact(await ReadAsync(stores, key), LogStream.Stdout));
    }

    [Fact]
    public async Task A_writer_that_was_let_go_is_continued_without_a_gap_or_a_repetition()
    {
        await using var stores = await OpenAsync(Small);
        var key = await NewStepAsync(stores);
        var content = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 3000).Select(i => $"line {i} has the token tok€n1234 in it{(i % 3 == 0 ? "" : "\n")}")));
        var position = 0L;
        var random = new Random(11);
        while (true)
        {
            await using var log = await stores.Get<StepLogs>().OpenAsync(key, ["tok€n1234"], Cancelled);
            Assert.Equal(position, log.Stored.Stdout);
            var length = (int)Math.Min(random.Next(20_000), content.Length - position);
            await log.WriteAsync(LogStream.Stdout, content.AsMemory((int)position, length), Cancelled);
            if (position + length == content.Length)
            {
                await log.CompleteAsync(Cancelled);
                break;
            }
            await log.DisposeAsync();
            position = log.Stored.Stdout;
        }

        var text = Encoding.UTF8.GetString(Exact(await ReadAsync(stores, key), LogStream.Stdout));
        Assert.Equal(Encoding.UTF8.GetString(content).Replace("tok€n1234", "***", StringComparison.Ordinal), text);
    }

    [Fact]
    public async Task The_first_line_after_a_silence_is_stored_at_once_and_a_prompt_soon()
    {
        await using var stores = await OpenAsync(new());
        var key = await NewStepAsync(stores);
        using var stored = stores.Get<ChangeFeed>().Subscribe(ChangeTopic.StepLog(key.Step));
        await using var log = await stores.Get<StepLogs>().OpenAsync(key, [], Cancelled);

        await log.WriteAsync(LogStream.Stdout, "hello\n"u8.ToArray(), Cancelled);
        await stored.WaitAsync(Cancelled);

        await log.WriteAsync(LogStream.Stdout, "name? "u8.ToArray(), Cancelled);
        Assert.Single(await ReadAsync(stores, key));
        var seen = stored.WaitAsync(Cancelled);
        while (!seen.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }
        Assert.Equal((LogLineFlags.Continues, "name? "), (await ReadAsync(stores, key)) is [_, var prompt] ? (prompt.Flags, Text(prompt)) : default);
    }

    [Fact]
    public async Task A_log_beyond_its_limit_is_cut_there_and_says_so()
    {
        await using var stores = await OpenAsync(Small with { MaxBytes = 1000 });
        var key = await NewStepAsync(stores);
        await using (var log = await stores.Get<StepLogs>().OpenAsync(key, [], Cancelled))
        {
            for (var i = 0; i < 100; i++)
                await log.WriteAsync(LogStream.Stdout, "0123456789012345678\n"u8.ToArray(), Cancelled);
            await log.CompleteAsync(Cancelled);
        }
        var lines = await ReadAsync(stores, key);
        Assert.Equal(1000, Exact(lines, LogStream.Stdout).Length);
        Assert.Equal(
            ["The log reached its limit of 1,000 bytes: what follows is counted, not kept.", "1,000 more bytes were not kept."],
            lines.Where(line => line.Stream == LogStream.Runner).Select(Text));
        Assert.True((await stores.Get<LogStore>().LastPageAsync(key.Step, 1, Cancelled))!.Truncated);
    }

    [Fact]
    public async Task A_second_writer_of_the_same_lines_is_refused()
    {
        await using var stores = await OpenAsync(Small);
        var key = await NewStepAsync(stores);
        await using var first = await stores.Get<StepLogs>().OpenAsync(key, [], Cancelled);
        await using var second = await stores.Get<StepLogs>().OpenAsync(key, [], Cancelled);
        await first.WriteAsync(LogStream.Stdout, "a\n"u8.ToArray(), Cancelled);
        await first.CompleteAsync(Cancelled);
        await second.WriteAsync(LogStream.Stdout, "b\n"u8.ToArray(), Cancelled);
        await Assert.ThrowsAsync<LogTakenOverException>(() => second.CompleteAsync(Cancelled));
        Assert.Equal(["a"], (await ReadAsync(stores, key)).Select(Text));
    }

    [Fact]
    public async Task A_component_tells_its_progress_in_its_log()
    {
        await using var stores = await OpenAsync(Small);
        var key = await NewStepAsync(stores);
        var told = new List<double>();
        await using var log = await stores.Get<StepLogs>().OpenAsync(key, [], Cancelled);
        log.OnProgress = value =>
        {
            told.Add(value);
            return ValueTask.CompletedTask;
        };
        await log.WriteAsync(LogStream.Stdout, "::progress 0.1\n::progress 7\nsay ::progress 0.2\n::progress 0.4\r\n::progress x\n"u8.ToArray(), Cancelled);
        await log.CompleteAsync(Cancelled);
        Assert.Equal(0.4, told[^1]);
    }

    [Fact]
    public async Task A_follower_sees_every_line_once_and_ends_with_the_attempt()
    {
        await using var stores = await OpenAsync(Small, TimeProvider.System);
        var key = await NewStepAsync(stores);
        var following = ReadAsync(stores, key, follow: true);
        await using (var log = await stores.Get<StepLogs>().OpenAsync(key, [], Cancelled))
        {
            for (var i = 0; i < 500; i++)
                await log.WriteAsync(LogStream.Stdout, Encoding.UTF8.GetBytes($"line {i}\n"), Cancelled);
            await log.CompleteAsync(Cancelled);
        }
        Assert.False(following.IsCompleted);
        await EndAsync(stores, key);
        Assert.Equal(Enumerable.Range(0, 500).Select(i => $"line {i}"), (await following).Select(Text));
    }

    [Fact]
    public async Task The_log_of_an_execution_has_every_line_of_its_steps_once()
    {
        await using var stores = await OpenAsync(Small, TimeProvider.System);
        var logs = stores.Get<StepLogs>();
        var execution = Id<Execution>.New(TimeProvider.System);
        var keys = new List<StepKey>();
        for (var i = 0; i < 4; i++)
            keys.Add(new((await stores.AddStepAsync(step => step with { Name = $"s{i}" }, Cancelled, execution)).Id, 1));
        await Task.WhenAll(keys.Select(async key =>
        {
            await using var log = await logs.OpenAsync(key, [], Cancelled);
            for (var i = 0; i < 2000; i++)
                await log.WriteAsync(LogStream.Stdout, Encoding.UTF8.GetBytes($"{key.Name} {i}\n"), Cancelled);
            await log.CompleteAsync(Cancelled);
        }));
        var seen = new List<string>();
        await foreach (var page in logs.ReadExecutionAsync(execution, null, follow: false, Cancelled))
            seen.AddRange(page.ReadLines().Select(Text));
        foreach (var key in keys)
            Assert.Equal(Enumerable.Range(0, 2000).Select(i => $"{key.Name} {i}"), seen.Where(line => line.StartsWith(key.Name, StringComparison.Ordinal)));
    }

    private Task<TestStores> OpenAsync(LogOptions options, TimeProvider? time = null) =>
        TestStores.OpenAsync(services => services.AddSingleton(time ?? _time).AddSingleton(options).AddLogs(), Cancelled);

    private static async Task<StepKey> NewStepAsync(TestStores stores) => new((await stores.AddStepAsync(step => step, Cancelled)).Id, 1);

    private static async Task EndAsync(TestStores stores, StepKey key)
    {
        var step = (await stores.Get<StepStore>().GetAsync(key.Step, Cancelled))!;
        await stores.ReplaceStepAsync(step with { Status = StepStatus.Succeeded }, Cancelled);
    }

    private static async Task<List<LogLine>> ReadAsync(TestStores stores, StepKey key, bool follow = false)
    {
        var lines = new List<LogLine>();
        await foreach (var line in stores.Get<StepLogs>().ReadAsync(key.Step, key.Attempt, 1, follow, Cancelled))
            lines.Add(line);
        return lines;
    }

    private static string Text(LogLine line) => Encoding.UTF8.GetString(line.Bytes.Span);

    private static byte[] Exact(IEnumerable<LogLine> lines, LogStream stream)
    {
        var bytes = new List<byte>();
        foreach (var line in lines.Where(line => line.Stream == stream))
        {
            bytes.AddRange(line.Bytes.Span);
            if (line.HasNewline)
                bytes.Add((byte)'\n');
        }
        return [.. bytes];
    }
}
