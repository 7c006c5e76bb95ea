using Twinrunner.Cli.Components;
using Twinrunner.Client;
using Twinrunner.TestKit;

namespace Twinrunner.Cli.Tests.Components;

public sealed class SyncTextTests
{
    private readonly ManualTime _time = new();

    private DateTimeOffset Now => _time.GetUtcNow();

    [Fact]
    public void A_component_that_is_followed_shows_its_last_look_and_the_next()
    {
        var sync = new ComponentSyncView { State = "ok", LookedAt = Now.AddMinutes(-5), ChangedAt = Now.AddHours(-3), NextAt = Now.AddMinutes(10) };

        Assert.Equal("5m ago", SyncText.Short(With(sync), _time));
        Assert.Equal(["looked at 5m ago, last new version 3h ago, next look in 10m00s"], SyncText.Long(sync, _time));
    }

    [Fact]
    public void A_failure_shows_since_when_and_why()
    {
        var sync = new ComponentSyncView
        {
            State = "failing",
            LookedAt = Now.AddMinutes(-1),
            NextAt = Now.AddMinutes(4),
            Failure = "It is gone.",
            Failures = 3,
            FailingSince = Now.AddHours(-2),
        };

        Assert.Equal("failing, 2h ago", SyncText.Short(With(sync), _time));
        Assert.Equal(["looked at 1m ago, next look in 4m00s", "failing since 2h ago (3 times): It is gone."], SyncText.Long(sync, _time));
    }

    [Theory]
    [InlineData("due", "due")]
    [InlineData("manual", "manual")]
    public void Others_show_what_they_wait_for(string state, string shown) => Assert.Equal(shown, SyncText.Short(With(new() { State = state }), _time));

    private ComponentView With(ComponentSyncView sync) => new()
    {
        Id = "1",
        Href = "/",
        Name = "tool",
        Repository = "https://git.example.org/o/tool",
        Type = "ephemeral",
        VersionsHref = "/",
        CreatedAt = Now,
        UpdatedAt = Now,
        Sync = sync,
    };
}
