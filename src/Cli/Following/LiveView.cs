using Twinrunner.Cli.Executions;
using Twinrunner.Cli.Terminals;
using Twinrunner.Client;

namespace Twinrunner.Cli.Following;

/// <summary>
/// What a person sees while an execution runs: log lines behind the name of their step, a line for each change of a step, and
/// on a terminal one status line at the bottom.
/// </summary>
internal sealed class LiveView : IExecutionView
{
    private const int MaxNameWidth = 24;

    private readonly Terminal _terminal;
    private readonly TimeProvider _time;
    private readonly bool _logsToError;
    private readonly Dictionary<string, StepLine> _steps = [];
    private readonly Lock _gate = new();
    private readonly int _total;
    private readonly int _nameWidth;

    /// <param name="steps">The execution's steps, for the width of their names and the order of their colours.</param>
    /// <param name="logsToError">Log lines give way on stdout to the JSON that follows.</param>
    public LiveView(Terminal terminal, TimeProvider time, IReadOnlyList<StepView> steps, int total, bool logsToError)
    {
        (_terminal, _time, _logsToError, _total) = (terminal, time, logsToError, total);
        foreach (var step in steps)
            Of(step.Id, step.Name).Status = step.Status.IsFinal() ? step.Status : StepStatus.Pending;
        _nameWidth = Math.Min(steps.Select(step => step.Name.Length).DefaultIfEmpty(8).Max(), MaxNameWidth);
    }

    public void Line(string stepId, string stepName, LogLineView line)
    {
        StepLine step;
        lock (_gate)
            step = Of(stepId, stepName);
        if (_logsToError)
            _terminal.Note(Prefix(step, _terminal.ErrorStyle, '|') + _terminal.ForError(line.Text));
        else
            _terminal.Print(Prefix(step, _terminal.OutStyle, '|') + _terminal.ForOut(line.Text));
    }

    public void Show(EventView change)
    {
        if (change.StepId is null)
        {
            if (change.Status is "Paused" or "Queued" && change.Type is not "execution.created")
                _terminal.Note(_terminal.ErrorStyle.Paint(Tone.Warning, $"the execution is {change.Status.ToLowerInvariant()}"));
            return;
        }
        // What a step is busy with shows in the status line, and is gone when it is busy with something else.
        if (!Enum.TryParse<StepStatus>(change.Status, out var status))
            return;
        string? sentence;
        StepLine line;
        lock (_gate)
        {
            line = Of(change.StepId, change.StepName ?? change.StepId);
            sentence = change.Type is "step.activity" ? line.Busy(change.Message) : line.Change(status, change);
        }
        if (sentence is not null)
        {
            var style = _terminal.ErrorStyle;
            _terminal.Note(Prefix(line, style, '*') + style.Paint(Tones.Of(status), _terminal.ForError(sentence)));
        }
        Refresh();
    }

    /// <summary>Draws the status line again; called by the clock, too.</summary>
    public void Refresh()
    {
        if (!_terminal.ErrorIsTerminal)
            return;
        string text;
        lock (_gate)
        {
            var done = _steps.Values.Count(step => step.Status.IsFinal());
            var busy = _steps.Values
                .Where(step => step.Status is >= StepStatus.Preparing and <= StepStatus.Collecting)
                .Select(step => $"{step.Name} {step.Doing}{Humane.Duration(step.Since, null, _time)}")
                .ToList();
            text = $"{done}/{_total} steps done{(busy.Count > 0 ? "; " + string.Join(", ", busy.Take(4)) : "")}{(busy.Count > 4 ? ", …" : "")}";
        }
        _terminal.ShowStatus(text);
    }

    public void Close() => _terminal.ShowStatus("");

    private string Prefix(StepLine line, Style style, char mark)
    {
        var name = line.Name.Length > _nameWidth ? line.Name[..(_nameWidth - 1)] + "…" : line.Name.PadRight(_nameWidth);
        return style.PaintStep(line.Index, $"{name} {mark}") + " ";
    }

    private StepLine Of(string id, string name)
    {
        if (!_steps.TryGetValue(id, out var line))
            _steps[id] = line = new StepLine(_steps.Count, name);
        return line;
    }

    /// <summary>What is known of one step.</summary>
    private sealed class StepLine(int index, string name)
    {
        private DateTimeOffset? _startedAt;
        private string? _activity;

        public int Index => index;
        public string Name => name;
        public StepStatus Status { get; set; }
        public DateTimeOffset? Since { get; private set; }

        /// <summary>What it is busy with, and a blank behind it.</summary>
        public string Doing => Status is StepStatus.Running ? "" : $"{TerminalText.Neutralise(_activity ?? Status.ToString().ToLowerInvariant())} ";

        public string? Busy(string? activity)
        {
            _activity = activity;
            return null;
        }

        /// <summary>Takes the change in; returns what to say about it, null: nothing.</summary>
        public string? Change(StepStatus status, EventView change)
        {
            Status = status;
            Since = change.At;
            _activity = null;
            if (status is StepStatus.Running)
                _startedAt = change.At;
            var took = status.IsFinal() && _startedAt is { } started ? $" after {Humane.Duration(change.At - started)}" : "";
            var why = Why(change);
            return status switch
            {
                _ when change.Type is "step.retry" => $"try {change.Attempt} failed and another follows{why}",
                StepStatus.Pending or StepStatus.Queued => null,
                StepStatus.Collecting => null,
                StepStatus.Preparing => null,
                StepStatus.Running => change.Attempt > 1 ? $"running (try {change.Attempt})" : "running",
                StepStatus.Ready => "ready" + why,
                StepStatus.Cached => "cached: outputs of an earlier run",
                StepStatus.Skipped => "skipped" + why,
                _ => status.ToString().ToLowerInvariant() + took + why,
            };
        }

        private static string Why(EventView change) => (change.Reason, change.Message) switch
        {
            (null, null) => "",
            (null, var message) => $": {message}",
            (var reason, null) => $": {reason}",
            var (reason, message) => $": {reason}: {message}",
        };
    }
}
