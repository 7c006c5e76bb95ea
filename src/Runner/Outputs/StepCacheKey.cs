using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Outputs;

/// <summary>The identity of what a step computes: two steps with one key leave the same outputs, as far as we can know.</summary>
public static class StepCacheKey
{
    /// <param name="spec">With its run-time expressions expanded.</param>
    public static string Compute(
        StepSpec spec, string imageDigest, IReadOnlyDictionary<string, JsonElement> parameters, ResolvedInputs inputs)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, "twin-step-1"); // another number when anything below changes
        Add(hash, spec.Kind.ToString(), imageDigest, spec.Script, spec.User, spec.WorkingDirectory, spec.Network, spec.Snapshot.ToString());
        AddList(hash, spec.Entrypoint);
        AddList(hash, spec.Command);
        AddPairs(hash, spec.Environment);
        AddPairs(hash, parameters.ToDictionary(pair => pair.Key, pair => Canonical(pair.Value)));
        // Which secret goes where, never its value: a changed password doesn't change what a step computes.
        AddPairs(hash, spec.Secrets);
        Add(hash, inputs.Files.Count.ToString());
        foreach (var file in inputs.Files)
        {
            Add(hash, file.PathBytes);
            Add(hash, file.Kind.ToString(), file.Sha256, Convert.ToString(file.Mode, 8), file.Target);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>JSON with members in the order of their names, so that the order in a file doesn't matter.</summary>
    private static string Canonical(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => $"{{{string.Join(',', value.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal).Select(member => $"{JsonEncodedText.Encode(member.Name)}:{Canonical(member.Value)}"))}}}",
        JsonValueKind.Array => $"[{string.Join(',', value.EnumerateArray().Select(Canonical))}]",
        JsonValueKind.String => $"\"{JsonEncodedText.Encode(value.GetString()!)}\"",
        _ => value.GetRawText(),
    };

    private static void AddList(IncrementalHash hash, IReadOnlyList<string>? values)
    {
        Add(hash, values?.Count.ToString());
        Add(hash, [.. values ?? []]);
    }

    private static void AddPairs(IncrementalHash hash, IReadOnlyDictionary<string, string> pairs)
    {
        Add(hash, pairs.Count.ToString());
        foreach (var (name, value) in pairs.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            Add(hash, name, value);
    }

    private static void Add(IncrementalHash hash, params ReadOnlySpan<string?> values)
    {
        foreach (var value in values)
            Add(hash, value is null ? null : Encoding.UTF8.GetBytes(value));
    }

    /// <summary>With its length before it, so that no two lists of values give the same bytes.</summary>
    private static void Add(IncrementalHash hash, byte[]? value)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, value?.Length ?? -1);
        hash.AppendData(length);
        hash.AppendData(value ?? []);
    }
}
