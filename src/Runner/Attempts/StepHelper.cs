using Twinrunner.Runner.Executors;
using Twinrunner.Runner.Outputs;
using Twinrunner.Runner.Outputs.Manifests;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Attempts;

/// <summary>What runs beside a step in its pod: brings its inputs, and takes what it left when it has ended.</summary>
public sealed class StepHelper : IDisposable
{
    /// <summary>Where the pod has the step's folders for its helpers.</summary>
    public const string Root = "/twin";

    private readonly AttemptClient _client;
    private readonly TimeProvider _time;
    private readonly StepFolders _folders = new($"{Root}/input", $"{Root}/output", $"{Root}/logs", $"{Root}/snapshot");
    private readonly OutputOptions _options = new() { CacheBytes = 0 };

    /// <exception cref="HelperException">The environment doesn't say where the API is, or who we are.</exception>
    public StepHelper(Func<string, string?> environment, TimeProvider time)
    {
        if (!Uri.TryCreate(environment("TWIN_STEP_API"), UriKind.Absolute, out var api) || environment("TWIN_STEP_TOKEN") is not { Length: > 0 } token)
            throw new HelperException("This command is for the pods of steps: TWIN_STEP_API and TWIN_STEP_TOKEN are not set.");
        _client = new(api, token, time);
        _time = time;
    }

    public void Dispose() => _client.Dispose();

    /// <summary>Places the step's inputs.</summary>
    public async Task BringInputsAsync(CancellationToken cancellationToken)
    {
        var info = await _client.InfoAsync(cancellationToken);
        using var cache = new InputCache(new() { DataFolder = Root }, _options, _time);
        await new InputStager(ObjectsOf(info), cache, _options, _time).StageAsync(InputsOf(info), _folders, Say, cancellationToken);
    }

    /// <summary>Waits for the step's end, ends it where that is wished, and stores what it left.</summary>
    public async Task TakeOutputsAsync(CancellationToken cancellationToken)
    {
        var info = await _client.InfoAsync(cancellationToken);
        await UntilEndAsync(cancellationToken);
        var objects = ObjectsOf(info);
        var collector = new OutputCollector(objects, _client, new ManifestReader(objects), _options, _time);
        var step = new Step
        {
            Id = Id<Step>.Parse(info.Step, null),
            ExecutionRef = Id<Execution>.Parse(info.Execution, null),
            Name = info.Name,
            Status = StepStatus.Collecting,
            // What was promised is checked by the runner, which reads the manifests anyway.
            Spec = new() { Kind = StepKind.Container, Source = info.Name, Snapshot = info.Snapshot },
            CreatedAt = _time.GetUtcNow(),
            UpdatedAt = _time.GetUtcNow(),
        };
        using var hurry = new CancellationTokenSource();
        using var collected = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var asking = HurryAsync(hurry, collected.Token);
        using var patience = collector.Patience(Say, hurry.Token);
        var result = await collector.CollectAsync(step, info.Attempt, _folders, InputsOf(info), patience, cancellationToken);
        await collected.CancelAsync();
        await asking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!result.Succeeded)
            throw new HelperException(result.Message);
    }

    private async Task UntilEndAsync(CancellationToken cancellationToken)
    {
        Task stopping = Task.CompletedTask;
        var known = AttemptState.Runs;
        while (true)
        {
            var order = await _client.OrderAsync(known, cancellationToken);
            switch (order.State)
            {
                case AttemptState.Stop:
                    known = AttemptState.Stop;
                    stopping = StepProcesses.EndAsync(TimeSpan.FromSeconds(order.GraceSeconds), _time, cancellationToken);
                    break;
                case AttemptState.Collect:
                    await stopping;
                    return;
                case AttemptState.Over:
                    throw new HelperException("The attempt is over: nobody waits for its outputs.");
            }
        }
    }

    /// <summary>Whoever cancels the step doesn't want to wait for an object store that is away. Nor does anybody once it is over.</summary>
    private async Task HurryAsync(CancellationTokenSource hurry, CancellationToken cancellationToken)
    {
        AttemptOrder order;
        do
            order = await _client.OrderAsync(AttemptState.Collect, cancellationToken);
        while (order.State == AttemptState.Runs);
        await hurry.CancelAsync();
    }

    private AttemptObjects ObjectsOf(AttemptInfo info)
    {
        var addresses = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var input in info.Inputs.Where(input => input.Url is not null))
            addresses[input.File.Key] = input.Url!;
        return new(_client, addresses, _time);
    }

    /// <summary>Into the log of the helper's container.</summary>
    private static Task Say(string? told) => told is null ? Task.CompletedTask : Console.Error.WriteLineAsync(told);

    private static ResolvedInputs InputsOf(AttemptInfo info) => ResolvedInputs.Of([.. info.Inputs.Select(input => input.File)]);
}
