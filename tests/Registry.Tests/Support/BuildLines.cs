using Twinrunner.Registry.Images;

namespace Twinrunner.Registry.Tests.Support;

/// <summary>Keeps what a build says.</summary>
public sealed class BuildLines : IBuildProgress
{
    private readonly Lock _gate = new();
    private readonly List<string> _all = [];

    public IReadOnlyList<string> All
    {
        get
        {
            lock (_gate)
                return [.. _all];
        }
    }

    public ValueTask LineAsync(string line, CancellationToken cancellationToken)
    {
        lock (_gate)
            _all.Add(line);
        return ValueTask.CompletedTask;
    }
}
