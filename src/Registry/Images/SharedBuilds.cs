using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Registry.Images;

/// <summary>
/// Lets everybody who wants the same version's image wait for one build, each with progress. A build goes on while anybody
/// waits for it, and stops with the last who leaves.
/// </summary>
internal sealed class SharedBuilds
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Id<ComponentVersion>, SharedBuild> _running = [];

    public async Task<ImageResult> JoinAsync(
        Id<ComponentVersion> version, IBuildProgress progress, Func<IBuildProgress, CancellationToken, Task<ImageResult>> build, CancellationToken cancellationToken)
    {
        SharedBuild shared;
        lock (_gate)
        {
            if (!_running.TryGetValue(version, out shared!))
            {
                shared = new();
                _running.Add(version, shared);
                shared.Start(build);
            }
            shared.Join(progress);
        }
        try
        {
            return await shared.Result.WaitAsync(cancellationToken);
        }
        finally
        {
            bool last;
            lock (_gate)
            {
                last = shared.Leave(progress);
                if (last)
                    _running.Remove(version);
            }
            if (last)
                await shared.DisposeAsync();
        }
    }

    private sealed class SharedBuild : IBuildProgress, IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Lock _gate = new();
        private readonly List<IBuildProgress> _listeners = [];

        public Task<ImageResult> Result { get; private set; } = null!;

        public void Start(Func<IBuildProgress, CancellationToken, Task<ImageResult>> build) => Result = Task.Run(() => build(this, _stop.Token));

        public void Join(IBuildProgress progress)
        {
            lock (_gate)
                _listeners.Add(progress);
        }

        /// <summary>True: nobody is left.</summary>
        public bool Leave(IBuildProgress progress)
        {
            lock (_gate)
            {
                _listeners.Remove(progress);
                return _listeners.Count == 0;
            }
        }

        /// <summary>Stops it if it still runs and waits for its end.</summary>
        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await ((Task)Result).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _stop.Dispose();
        }

        public async ValueTask LineAsync(string line, CancellationToken cancellationToken)
        {
            IBuildProgress[] listeners;
            lock (_gate)
                listeners = [.. _listeners];
            foreach (var listener in listeners)
                await TellAsync(listener, line, cancellationToken);
        }

        /// <summary>A listener that fails (its own step was cancelled, its log can't be written) hears no more; the build is the others' too.</summary>
        private static async ValueTask TellAsync(IBuildProgress listener, string line, CancellationToken cancellationToken)
        {
            try
            {
                await listener.LineAsync(line, cancellationToken);
            }
            catch (Exception) when (!cancellationToken.IsCancellationRequested)
            {
                // It still waits for the result; its own flow meets what is wrong with it.
            }
        }
    }
}
