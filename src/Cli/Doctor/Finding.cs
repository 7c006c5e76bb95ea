using System.Text.Json.Serialization;

namespace Twinrunner.Cli.Doctor;

/// <summary>What was found about one thing that runs need.</summary>
/// <param name="Subject">server, data folder, database, objects, settings, engine, git, github.</param>
/// <param name="Ok">False: something doesn't work until it is repaired.</param>
/// <param name="Sentence">How it is.</param>
/// <param name="Next">What to do about it.</param>
internal sealed record Finding(string Subject, bool Ok, string Sentence, string? Next = null);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(IReadOnlyList<Finding>))]
internal sealed partial class FindingJson : JsonSerializerContext;
