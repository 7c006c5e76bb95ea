using System.Runtime.InteropServices;

namespace Twinrunner.Cli.Tests;

public sealed class InterruptsTests
{
    [Fact]
    public void The_first_signal_ends_the_command_and_the_next_may_kill_it()
    {
        using var interrupts = new Interrupts();

        Assert.True(interrupts.Signal(PosixSignal.SIGINT));
        Assert.True(interrupts.Token.IsCancellationRequested);
        Assert.Equal(ExitCode.Cancelled, interrupts.ExitCode);
        Assert.False(interrupts.Signal(PosixSignal.SIGINT));
    }

    [Fact]
    public void A_verb_may_take_the_first_ctrl_c_for_itself()
    {
        using var interrupts = new Interrupts();
        var taken = 0;
        using var _ = interrupts.OnFirst(() => taken++);

        interrupts.Signal(PosixSignal.SIGINT);
        Assert.Equal(1, taken);
        Assert.False(interrupts.Token.IsCancellationRequested);

        interrupts.Signal(PosixSignal.SIGINT);
        Assert.Equal(1, taken);
        Assert.True(interrupts.Token.IsCancellationRequested);
    }

    [Fact]
    public void SIGTERM_always_ends_the_command()
    {
        using var interrupts = new Interrupts();
        using var _ = interrupts.OnFirst(() => Assert.Fail("SIGTERM is no Ctrl-C"));

        interrupts.Signal(PosixSignal.SIGTERM);

        Assert.True(interrupts.Token.IsCancellationRequested);
        Assert.Equal(ExitCode.Terminated, interrupts.ExitCode);
    }
}
