namespace Twinrunner.Runner.Workflows.Reading;

/// <summary>Every key of a step.</summary>
internal static class StepSection
{
    public static readonly Section Step = new("step", "a step",
        new("name", """{"type":"string","pattern":"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"}""", "Name, where steps are a list: lower-case letters, digits and dashes.", "id", "step-name"),
        new("description", Shape.Text, "What the step is for."),
        new("component", Shape.Text, "Component to run, 'name@version'; 'name' takes its latest stable version.", "uses", "component-image"),
        new("image", Shape.Text, "Image to run.", "container") { InDefaults = true },
        new("entrypoint", Shape.Words, "Replaces the image's entrypoint; what runs a 'script' (default [/bin/sh]).") { InDefaults = true },
        new("command", Shape.Words, "Replaces the image's command. May hold expressions.", "args", "cmd"),
        new("script", Shape.Text, "Text of a script to run. May hold expressions.", "run", "source"),
        new("process", Shape.Words, "Local command to run without a container, where the operator allows it; with 'script', what runs it.", "exec", "local"),
        new("needs", Shape.Either("""{"type":"string"}""", Shape.ListOf(Shape.Either("""{"type":"string"}""", Shape.Ref("need")))), "Steps that must have succeeded before.", "depends_on", "depends-on", "dependsOn", "depends", "dependencies", "after", "requires"),
        new("inputs", Shape.ListOf(Shape.Ref("input")), "Files in the step's input folder; otherwise all outputs of the steps needed.", "input", "artifacts"),
        new("parameters", Shape.Values, "Parameters, passed as environment variables. May hold expressions.", "arguments", "params", "with"),
        new("env", Shape.Map, "Further environment variables. May hold expressions.", "environment") { InDefaults = true },
        new("secrets", Shape.Either(Shape.Map, Shape.Words), "Environment variables from stored secrets: names, or variable and secret's name.", "secret") { InDefaults = true },
        new("ports", Shape.ListOf(Shape.Either(Shape.Port, """{"type":"string"}""", Shape.Ref("port"))), "Ports to publish: 80 (on any free port), \"8080:80\" (host:container), or a mapping.", "port"),
        new("type", Shape.OneOf("ephemeral", "interactive"), "An interactive step serves until it is stopped; its dependents start when it is ready.", "component-type"),
        new("background", Shape.Boolean, "Serves while its dependents run, and is stopped after them.", "detach", "daemon"),
        new("ready", Shape.Ref("ready"), "How to see that a background or interactive step can be used.", "readinessProbe", "healthcheck", "readiness"),
        new("matrix", Shape.Ref("matrix"), "Runs the step once for each combination of values.", "withItems", "withParam", "strategy", "foreach"),
        new("when", Shape.Text, "Condition to run the step, an expression.", "if", "condition"),
        new("resources", Shape.Ref("resources"), "Limits on cpu, memory, processes; GPUs.", "limits") { InDefaults = true },
        new("timeouts", Shape.Ref("timeouts"), "Time limits of one attempt.", "timeout", "activeDeadlineSeconds") { InDefaults = true },
        new("retry", Shape.Ref("retry"), "Further attempts after a failure.", "retries", "retryStrategy") { InDefaults = true },
        new("cache", Shape.Boolean, "May take the outputs of an earlier step that was the same.", "memoize") { InDefaults = true },
        new("snapshot", Shape.Boolean, "Keep a copy of the work directory.") { InDefaults = true },
        new("outputs", Shape.WordOrWords, "Globs of files that must be in the outputs; otherwise the step fails.", "output"),
        new("network", Shape.OneOf("default", "none"), "'none' cuts the step off.") { InDefaults = true },
        new("user", Shape.Text, "User in the container: a name, a number, or user:group.", "runAsUser") { InDefaults = true },
        new("workdir", Shape.Text, "Work directory in the container.", "working-directory", "workingDir", "cwd") { InDefaults = true },
        new("read-only", Shape.Boolean, "The container can write only to its mounts and /tmp.", "readOnlyRootFilesystem") { InDefaults = true },
        new("grace", Shape.Duration, "Time between asking the step to stop and killing it. Default 10s.", "stop_grace_period", "terminationGracePeriodSeconds") { InDefaults = true },
        new("node-labels", Shape.Map, "Labels that a node must have to run the step; with a leading '!' must not have.", "nodeSelector", "placement") { InDefaults = true },
        new("labels", Shape.Map, "Labels of the step.", "tags", "annotations") { InDefaults = true });

    public static readonly Section Defaults = new("defaults", "the defaults", [.. Step.Keys.Where(k => k.InDefaults)]);
}
