using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Registry.Components;

/// <summary>Tells of components in the history.</summary>
internal sealed class RegistryEvents(EventStore events, TimeProvider time)
{
    public Task TellAsync(string type, string message, CancellationToken cancellationToken) =>
        events.AppendAsync(new ExecutionEvent { Id = default, At = time.GetUtcNow(), Type = type, Message = message }, cancellationToken);
}
