namespace Twinrunner.Bench;

/// <param name="Rounds">How often everything is measured; null: as each scenario thinks fit.</param>
/// <param name="Say">Tells the person who waits what is going on.</param>
internal sealed record BenchSettings(int? Rounds, Action<string> Say);
