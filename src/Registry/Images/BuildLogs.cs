using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Objects;

namespace Twinrunner.Registry.Images;

/// <summary>What getting each commit's image printed the last time, and prints now where this process does it.</summary>
public sealed class BuildLogs(IObjectStore objects)
{
    private readonly ConcurrentDictionary<Id<ComponentVersion>, BuildLog> _running = new();

    /// <summary>UTF-8 text of the last try that ended; null: there was none.</summary>
    public Task<Stream?> OpenAsync(ComponentVersion version, CancellationToken cancellationToken) => objects.GetAsync(Key(version), null, cancellationToken);

    /// <summary>Lines of the try that runs in this process, to its end; else those of the last one. Null: there was none.</summary>
    /// <param name="after">Number of the last line that is known already; 0: from the first.</param>
    public async Task<IAsyncEnumerable<BuildLine>?> FollowAsync(ComponentVersion version, long after, CancellationToken cancellationToken)
    {
        if (_running.TryGetValue(version.Id, out var log) && log.Follow(after, cancellationToken) is { } live)
            return live;
        return await OpenAsync(version, cancellationToken) is { } stored ? ReadAsync(stored, after, cancellationToken) : null;
    }

    /// <summary>Opens the log of a try; it can be followed until it is ended.</summary>
    internal BuildLog Begin(ComponentVersion version, IBuildProgress progress) => _running[version.Id] = new BuildLog(progress);

    /// <summary>Stores it, and then lets go of who follows it.</summary>
    internal async Task EndAsync(ComponentVersion version, BuildLog log, CancellationToken cancellationToken)
    {
        try
        {
            await log.StoreAsync(file => objects.PutAsync(Key(version), file, new(file.Length, ContentType: "text/plain; charset=utf-8"), cancellationToken));
        }
        finally
        {
            _running.TryRemove(new(version.Id, log));
            await log.DisposeAsync();
        }
    }

    private static async IAsyncEnumerable<BuildLine> ReadAsync(Stream stored, long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(stored);
        for (var number = 1L; await reader.ReadLineAsync(cancellationToken) is { } line; number++)
        {
            if (number > after)
                yield return new(number, line);
        }
    }

    private static string Key(ComponentVersion version) => $"components/{version.ComponentId}/{version.Commit}.build.log";
}
