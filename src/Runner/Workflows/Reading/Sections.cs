namespace Twinrunner.Runner.Workflows.Reading;

/// <summary>Every key of a workflow file outside of its steps.</summary>
internal static class Sections
{
    public static readonly Section Workflow = new("workflow", "a workflow",
        new("twin", Shape.Text, "Name of the digital twin that the execution belongs to. It is made when there is none of that name.", "digital-twin", "digitalTwin"),
        new("title", Shape.Text, "Title of the execution. May hold expressions over parameters.", "name"),
        new("description", Shape.Text, "What the workflow is for."),
        new("parameters", Shape.MapOf(Shape.Either(Shape.Ref("parameter"), """{"type":["string","number","boolean","array"]}""")),
            "Values that can be changed at submission, as '-p name=value'. A name with its default, or a mapping.", "arguments", "inputs", "params"),
        new("timeout", Shape.Duration, "Time limit of the whole execution: 90s, 30m, 2h, 1d.", "activeDeadlineSeconds"),
        new("max-parallel", Shape.Positive, "At most this many steps at once.", "parallelism", "max_parallel"),
        new("keep-going", Shape.Boolean, "After a failure, let the steps that don't depend on it go on.", "failFast"),
        new("cache", Shape.Boolean, "Steps that don't say themselves may take the outputs of an earlier step that was the same."),
        new("priority", Shape.Integer, "Of executions that wait, the higher goes first. Default 0."),
        new("labels", Shape.Map, "Words to find executions by.", "tags", "annotations"),
        new("defaults", Shape.Ref("defaults"), "Settings of every step that doesn't have them itself.", "templateDefaults"),
        new("steps", Shape.Either(Shape.MapOf(Shape.Ref("step")), Shape.ListOf(Shape.Ref("step"))), "The steps, by name, or as a list of steps with 'name'.", "tasks", "jobs", "services", "templates") { Required = true });

    public static readonly Section Parameter = new("parameter", "a parameter",
        new("default", """{"type":["string","number","boolean","array"]}""", "Its value when none is given. Without a default, it must be given.", "value", "default-value"),
        new("type", Shape.OneOf("string", "integer", "number", "boolean", "list"), "What it takes; otherwise told from the default.", "datatype"),
        new("description", Shape.Text, "What it is for."),
        new("options", Shape.Words, "The only values that it takes.", "enum", "choices"),
        new("minimum", Shape.Number, "Smallest value of a number.", "min"),
        new("maximum", Shape.Number, "Greatest value of a number.", "max"));

    public static readonly Section Need = new("need", "a step needed",
        new("step", Shape.Text, "Name of the step.") { Required = true },
        new("item", Shape.OneOf("same", "all"), "Of a matrix: 'same' needs the item with the same values of the variables that both have, 'all' (default) every item."));

    public static readonly Section Input = new("input", "an input",
        new("from", Shape.WordOrWords, "The steps whose outputs are taken; each must be in 'needs'.", "step"),
        new("include", Shape.WordOrWords, "Globs of the files to take; otherwise all.", "files", "globs"),
        new("exclude", Shape.WordOrWords, "Globs of files to leave out."),
        new("to", Shape.Text, "Folder below the input folder; of a text, the file.", "path", "target"),
        new("text", Shape.Text, "Text to write into the file 'to'. May hold expressions.", "raw", "content"));

    public static readonly Section Port = new("port", "a port",
        new("container", Shape.Port, "Port inside.", "port", "target", "container-port", "containerPort") { Required = true },
        new("host", Shape.Port, "Port of the machine that runs the step; otherwise any free one.", "published", "host-port", "hostPort"),
        new("name", Shape.Text, "What it is for."),
        new("protocol", Shape.OneOf("tcp", "udp"), "Default tcp."));

    public static readonly Section Ready = new("ready", "a ready probe",
        new("tcp", Shape.Port, "The step is ready when this port takes a connection.", "tcpSocket"),
        new("http", Shape.Text, "The step is ready when this path answers below 400.", "httpGet", "path"),
        new("port", Shape.Port, "Port of 'http'."),
        new("log", Shape.Text, "The step is ready when a line of its log matches this regular expression."),
        new("exec", Shape.Words, "The step is ready when this command in its container exits 0.", "command"),
        new("interval", Shape.Duration, "Time between two tries. Default 1s.", "periodSeconds"));

    public static readonly Section Resources = new("resources", "resources",
        new("cpu", Shape.Either(Shape.Number, """{"type":"string","pattern":"^[0-9]+m$"}"""), "Cores: 2, 0.5, 500m.", "cpus"),
        new("memory", Shape.Bytes, "Limit of memory: 512Mi, 2Gi, or bytes.", "mem"),
        new("pids", Shape.Positive, "Limit of processes and threads.", "pids-limit"),
        new("gpu", Shape.Either(Shape.Count, Shape.OneOf("all")), "GPUs: a count, or 'all'.", "gpus"),
        new("memory-growth", Shape.Number, "Factor on the memory for each attempt after one that ran out of it. Default 1."));

    public static readonly Section Timeouts = new("timeouts", "timeouts",
        new("queued", Shape.Duration, "Longest wait for a node."),
        new("preparing", Shape.Duration, "Longest time to get inputs and image."),
        new("running", Shape.Duration, "Longest run of one attempt.", "timeout"));

    public static readonly Section Retry = new("retry", "retry",
        new("limit", Shape.Count, "Further attempts after a failure of the step. Default 0.", "attempts", "count", "max"),
        new("backoff", Shape.Duration, "Wait before the first further attempt. Default 10s.", "delay"),
        new("factor", Shape.Number, "Each wait is this many times the one before. Default 2."),
        new("max-backoff", Shape.Duration, "Longest wait. Default 10m.", "maxDuration"),
        new("jitter", Shape.Number, "Share of a wait that is random, 0 to 1. Default 0.1."),
        new("exit-codes", Shape.ListOf(Shape.Integer), "Only these exit codes are tried again."),
        new("on", Shape.ListOf(Shape.Text), "Only these reasons are tried again: ExitCode, OutOfMemory, TimedOut, InputMissing, OutputMissing, ImagePull, ImageBuild.", "reasons", "when"),
        new("infrastructure", Shape.Count, "Further attempts after failures that are not the step's. Default 3."));

    public static readonly Section Range = new("range", "a range",
        new("from", Shape.Integer, "First number.") { Required = true },
        new("to", Shape.Integer, "Last number, if the increments meet it.") { Required = true },
        new("by", Shape.Integer, "Increment. Default 1.", "step"));
}
