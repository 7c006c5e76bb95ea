namespace Twinrunner.Runner.Outputs;

/// <summary>What a step may leave, and how it is stored.</summary>
public sealed record OutputOptions
{
    /// <summary>Files of one folder of an attempt (outputs, logs or snapshot); more fail the step. Default 2,000,000.</summary>
    public int MaxFiles { get; init; } = 2_000_000;

    /// <summary>Bytes of one folder of an attempt; more fail the step. Default 1 TiB.</summary>
    public long MaxBytes { get; init; } = 1L << 40;

    /// <summary>Folders inside each other; deeper ones fail the step. Default 100.</summary>
    public int MaxDepth { get; init; } = 100;

    /// <summary>Files stored or placed at once. Default 8; more use more memory and connections, and help with a store far away.</summary>
    public int Parallel { get; init; } = 8;

    /// <summary>How long a store that refuses is asked again before the attempt fails. Default 2 minutes.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Where the folders of attempts are made; null: in <c>work/</c> of the data folder.</summary>
    public string? WorkFolder { get; init; }

    /// <summary>Bytes of downloaded inputs kept for further steps, where objects are not on this machine. Default 10 GiB; a file takes half of it at most.</summary>
    public long CacheBytes { get; init; } = 10L << 30;
}
