using System.Text.Json;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Registry.Odtp;

/// <summary>What an odtp.yml says, whichever dialect it is written in.</summary>
public sealed record OdtpFile
{
    public string? SchemaVersion { get; init; }
    public string? Name { get; init; }
    public string? Version { get; init; }

    /// <summary><c>ephemeral</c>, <c>interactive</c>, <c>persistent</c> or <c>api</c>.</summary>
    public string Type { get; init; } = "ephemeral";

    public string? Description { get; init; }
    public string? License { get; init; }
    public string? RepositoryUrl { get; init; }

    /// <summary>Reference of a ready image, where the file names a real one.</summary>
    public string? DockerImage { get; init; }

    public IReadOnlyList<string> Authors { get; init; } = [];
    public IReadOnlyList<string> Tags { get; init; } = [];

    public IReadOnlyList<ParameterSpec> Parameters { get; init; } = [];
    public IReadOnlyList<PortSpec> Ports { get; init; } = [];
    public IReadOnlyList<string> SecretNames { get; init; } = [];
    public bool Gpu { get; init; }

    public required OdtpParts Parts { get; init; }
}

/// <summary>Parts of the file as they are in it, turned into JSON: what ODTP keeps in its documents.</summary>
public sealed record OdtpParts
{
    public JsonElement? Parameters { get; init; }
    public JsonElement? Ports { get; init; }
    public JsonElement? Secrets { get; init; }
    public JsonElement? Devices { get; init; }
    public JsonElement? Tools { get; init; }
    public JsonElement? DataInputs { get; init; }
    public JsonElement? DataOutputs { get; init; }
    public JsonElement? BuildArgs { get; init; }
}

/// <param name="File">Null: the file can't be used; an error among the faults says why.</param>
/// <param name="Faults">By line.</param>
public sealed record OdtpReading(OdtpFile? File, IReadOnlyList<OdtpFault> Faults)
{
    public OdtpFault? Error => Faults.FirstOrDefault(fault => fault.IsError);
}
