using System.Runtime.InteropServices;

namespace Twinrunner.Cli;

/// <summary>
/// Ctrl-C and SIGTERM of this process. The first signal cancels <see cref="Token"/>, unless the verb has something better to
/// do on the first Ctrl-C (<see cref="OnFirst"/>); then the second does. When even that doesn't end the process, the next one kills it.
/// </summary>
internal sealed class Interrupts : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly Lock _gate = new();
    private Action? _first;

    public CancellationToken Token => _source.Token;

    /// <summary>The exit code that the signal asks for.</summary>
    public int ExitCode { get; private set; } = Cli.ExitCode.Cancelled;

    public static Interrupts OfProcess()
    {
        var interrupts = new Interrupts();
        interrupts._registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, interrupts.Handle));
        interrupts._registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, interrupts.Handle));
        return interrupts;
    }

    /// <summary>Does this on the first Ctrl-C instead of ending the command, until the returned object is disposed of.</summary>
    public IDisposable OnFirst(Action action)
    {
        lock (_gate)
            _first = action;
        return new Restore(this);
    }

    /// <summary>What the signal does; tests call it in place of a real signal.</summary>
    /// <returns>False: there is nothing left to try, the signal may kill the process.</returns>
    public bool Signal(PosixSignal signal)
    {
        Action? action = null;
        lock (_gate)
        {
            if (_source.IsCancellationRequested)
                return false;
            if (signal == PosixSignal.SIGINT)
                (action, _first) = (_first, null);
            else
                ExitCode = Cli.ExitCode.Terminated;
        }
        if (action is null)
            _source.Cancel();
        else
            action();
        return true;
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _source.Dispose();
    }

    private void Handle(PosixSignalContext context) => context.Cancel = Signal(context.Signal);

    private sealed class Restore(Interrupts interrupts) : IDisposable
    {
        public void Dispose()
        {
            lock (interrupts._gate)
                interrupts._first = null;
        }
    }
}
