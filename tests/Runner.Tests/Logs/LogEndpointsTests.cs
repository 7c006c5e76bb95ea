using System.Text;
using Twinrunner.Client;
using Twinrunner.Runner.Executors;
using Twinrunner.Runner.Logs;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;
using Twinrunner.TestKit;

namespace Twinrunner.Runner.Tests.Logs;

public sealed class LogEndpointsTests : IAsyncLifetime
{
    private TestHost _host = null!;
    private Execution _execution = null!;
    private Step _step = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = await TestHost.StartAsync(Cancelled);
        var now = TimeProvider.System.GetUtcNow();
        _execution = new Execution
        {
            Id = Id<Execution>.New(TimeProvider.System),
            Title = "logs",
            Status = Twinrunner.Storage.Documents.ExecutionStatus.Succeeded,
            CreatedAt = now,
            UpdatedAt = now,
        };
        _step = new Step
        {
            Id = Id<Step>.New(TimeProvider.System),
            ExecutionRef = _execution.Id,
            Name = "talk",
            Status = Twinrunner.Storage.Documents.StepStatus.Succeeded,
            Attempt = 1,
            Spec = new StepSpec { Kind = Twinrunner.Storage.Documents.StepKind.Container, Source = "talk" },
            CreatedAt = now,
            UpdatedAt = now,
        };
        await _host.Get<ExecutionStore>().TryInsertAsync(_execution, Cancelled);
        await _host.Get<StepStore>().InsertAsync([_step], Cancelled);
        await using var log = await _host.Get<StepLogs>().OpenAsync(new StepKey(_step.Id, 1), [], Cancelled);
        await log.WriteAsync(LogStream.Stdout, "one\ntwo\n"u8.ToArray(), Cancelled);
        await log.WriteAsync(LogStream.Runner, "pulling\n"u8.ToArray(), Cancelled);
        await log.WriteAsync(LogStream.Stderr, new byte[] { (byte)'b', 0xFF, (byte)'\n' }, Cancelled);
        await log.WriteAsync(LogStream.Stdout, Encoding.UTF8.GetBytes("\u001b[31mfünf</script>"), Cancelled);
        await log.CompleteAsync(Cancelled);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Lines_come_in_pages_from_a_number_on_or_from_the_end()
    {
        var first = await _host.Client.ListLogLinesAsync(_step.Id.ToString(), null, null, null, 3, Cancelled);
        Assert.Equal(["one", "two", "pulling"], first.Items.Select(line => line.Text));
        var rest = await _host.Client.ListLogLinesAsync(_step.Id.ToString(), null, first.Next, null, 3, Cancelled);
        Assert.Equal(["b\uFFFD", "\u001b[31mfünf</script>"], rest.Items.Select(line => line.Text));
        Assert.Equal([(byte)'b', 0xFF], rest.Items[0].Raw);
        Assert.Null(rest.Next);
        var tail = await _host.Client.ListLogLinesAsync(_step.Id.ToString(), null, null, 1, null, Cancelled);
        Assert.Equal([5], tail.Items.Select(line => line.Number));
    }

    [Fact]
    public async Task The_text_is_what_the_component_printed_to_the_byte()
    {
        await using var text = await _host.Client.OpenLogAsync(_step.Id.ToString(), null, Cancelled);
        var bytes = new MemoryStream();
        await text.CopyToAsync(bytes, Cancelled);
        Assert.Equal([.. "one\ntwo\nb"u8, 0xFF, .. "\n\u001b[31mfünf</script>"u8], bytes.ToArray());
    }

    [Fact]
    public async Task A_stream_goes_on_behind_the_last_line_and_ends_with_the_attempt()
    {
        var lines = await _host.Client.FollowLogAsync(_step.Id.ToString(), 1, "2", null, Cancelled).ToListAsync(Cancelled);
        Assert.Equal(["3", "4", "5"], lines.Select(line => line.Id));
    }

    [Fact]
    public async Task The_lines_of_a_whole_execution_are_one_stream_that_goes_on_where_it_broke()
    {
        var all = await _host.Client.FollowExecutionLogAsync(_execution.Id.ToString(), null, Cancelled).ToListAsync(Cancelled);
        Assert.Equal([1L, 2, 3, 4, 5], all.Select(line => line.Value.Line.Number));
        Assert.All(all, line => Assert.Equal(("talk", 1), (line.Value.StepName, line.Value.Attempt)));
        var rest = await _host.Client.FollowExecutionLogAsync(_execution.Id.ToString(), all[2].Id, Cancelled).ToListAsync(Cancelled);
        Assert.Equal(all[3..].Select(line => line.Id), rest.Select(line => line.Id));
    }
}
