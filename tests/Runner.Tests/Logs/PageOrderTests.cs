using Twinrunner.Runner.Logs;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.TestKit;

namespace Twinrunner.Runner.Tests.Logs;

public sealed class PageOrderTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void A_reader_stops_before_a_page_that_is_still_being_stored()
    {
        var order = new PageOrder(_time);
        var slow = order.Next();
        var quick = order.Next();
        quick.Dispose();
        Assert.True(quick.Value > slow.Value);
        Assert.Equal(slow.Value, order.Settled());

        slow.Dispose();
        var settled = order.Settled();
        Assert.True(settled > quick.Value);
        Assert.True(order.Next().Value > settled);
    }

    [Fact]
    public void Ids_go_on_after_those_of_a_process_whose_clock_was_ahead()
    {
        var ahead = new Id<LogPage>(ObjectId.Floor(_time.GetUtcNow().AddHours(1)));
        var order = new PageOrder(_time);
        order.StartAfter(ahead);
        Assert.True(order.Next().Value > ahead);
        Assert.True(order.Settled() > ahead);
    }
}
