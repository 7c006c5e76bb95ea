using Twinrunner.Runner.Workflows.Expressions;
using Twinrunner.Runner.Workflows.Yaml;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Workflows.Reading;

/// <summary>One step's settings as the file has them; what isn't known yet, because it is an expression, is null.</summary>
internal sealed record StepSettings
{
    public string? Component { get; init; }
    public string? Image { get; init; }
    public IReadOnlyList<string>? Entrypoint { get; init; }
    public IReadOnlyList<string>? Command { get; init; }
    public string? Script { get; init; }
    public IReadOnlyList<string>? Process { get; init; }

    /// <summary>Null: all outputs of the steps needed.</summary>
    public IReadOnlyList<InputSettings>? Inputs { get; init; }

    public IReadOnlyList<NamedValue> Parameters { get; init; } = [];
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
    public IReadOnlyDictionary<string, string> Secrets { get; init; } = new Dictionary<string, string>();
    public IReadOnlyList<PortSpec> Ports { get; init; } = [];

    /// <summary><c>ephemeral</c>, <c>interactive</c> or null: the component's.</summary>
    public string? Type { get; init; }

    public bool? Background { get; init; }
    public ProbeSpec? Ready { get; init; }
    public string? When { get; init; }
    public ResourceSpec Resources { get; init; } = new();

    /// <summary>The file says how many GPUs, so the component's wish doesn't count.</summary>
    public bool GpuGiven { get; init; }

    public TimeoutSpec Timeouts { get; init; } = new();
    public RetrySpec Retry { get; init; } = new();
    public bool? Cache { get; init; }
    public bool Snapshot { get; init; }
    public IReadOnlyList<string> Outputs { get; init; } = [];
    public string Network { get; init; } = "default";
    public string? User { get; init; }
    public string? WorkingDirectory { get; init; }
    public bool ReadOnlyRoot { get; init; }
    public TimeSpan? Grace { get; init; }
    public IReadOnlyDictionary<string, string> NodeLabels { get; init; } = new Dictionary<string, string>();
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
}

/// <param name="Value">Null: not known yet. A text is a template.</param>
internal sealed record NamedValue(string Name, Value? Value, YamlNode Node);

/// <param name="From">Empty for a text.</param>
/// <param name="Text">A template.</param>
internal sealed record InputSettings(
    IReadOnlyList<string> From,
    IReadOnlyList<string> Include,
    IReadOnlyList<string> Exclude,
    string To,
    string? Text,
    YamlNode Node);

/// <summary>A step needed.</summary>
/// <param name="SameItem">Only the items with the same values of the variables that both matrices have.</param>
internal sealed record Need(string Step, bool SameItem, YamlNode Node);
