using Twinrunner.Bench.Rigs;

namespace Twinrunner.Bench.Measuring;

/// <summary>
/// Lets the contestants take turns, so that what else goes on on the machine hits all of them. Each round begins with another
/// one. The first time of each isn't counted: it finds files and code cold.
/// </summary>
internal static class Rounds
{
    /// <param name="settleAsync">Waits until nothing of the last job is going on any more; not counted.</param>
    /// <returns>The samples of those that could do the job, and a sentence about each that could not.</returns>
    public static async Task<(Dictionary<string, Samples> Samples, List<string> Notes)> RunAsync(
        IReadOnlyList<Contestant> contestants, int rounds, BenchSettings settings, Func<CancellationToken, Task> settleAsync, CancellationToken cancellationToken)
    {
        var notes = new List<string>();
        var able = new List<Contestant>();
        foreach (var contestant in contestants)
        {
            try
            {
                await contestant.MeasureAsync(cancellationToken);
                await settleAsync(cancellationToken);
                able.Add(contestant);
            }
            catch (CommandFailedException exception)
            {
                notes.Add($"{contestant.Name} is left out: {exception.Message}");
                settings.Say(notes[^1]);
            }
        }
        var samples = able.ToDictionary(contestant => contestant.Name, _ => new Samples());
        for (var round = 0; round < rounds; round++)
        {
            for (var turn = 0; turn < able.Count; turn++)
            {
                var contestant = able[(round + turn) % able.Count];
                var figure = await contestant.MeasureAsync(cancellationToken);
                await settleAsync(cancellationToken);
                samples[contestant.Name].Add(figure);
                settings.Say($"round {round + 1} of {rounds}, {contestant.Name}: {figure:0.###}");
            }
        }
        return (samples, notes);
    }
}
