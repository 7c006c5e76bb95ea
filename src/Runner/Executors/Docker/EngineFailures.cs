using System.Net.Sockets;
using Twinrunner.Runner.Executors.Docker.Engine;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Executors.Docker;

/// <summary>Turns what an engine says into results and sentences that tell what to do.</summary>
internal static class EngineFailures
{
    /// <summary>Why the engine can't be used.</summary>
    public static string DescribeUnreachable(EngineAddress address, DockerException e)
    {
        var socket = FindSocketError(e);
        if (!address.IsUnixSocket)
            return $"{e.Message} Check DOCKER_HOST ({address}), the network, and DOCKER_CERT_PATH where the engine asks for TLS.";
        return socket switch
        {
            SocketError.AccessDenied =>
                $"This user may not use the container engine at {address.SocketPath}. Run 'sudo usermod -aG docker $USER' and log in again, or point DOCKER_HOST to an engine of your own (rootless).",
            _ when !File.Exists(address.SocketPath) =>
                $"There is no container engine at {address.SocketPath}. Install one (Debian: apt install docker.io) and start it, or set DOCKER_HOST.",
            SocketError.ConnectionRefused =>
                $"The container engine at {address.SocketPath} does not run. Start it (systemctl start docker).",
            _ => e.Message,
        };
    }

    /// <summary>Result of an attempt that never ran because of what the engine said on creating or starting it.</summary>
    public static StepResult ToResult(StepPlan plan, DockerException e)
    {
        var text = e.Message;
        if (e.IsUnreachable)
            return StepResult.Failed(FailureReason.Infrastructure, text);
        if (Says(text, "executable file not found", "no such file or directory: unknown", "exec: no such file"))
            return NotRun(ExitCodes.NotFound, $"The image {plan.Image} has no such command: {text}");
        if (Says(text, "permission denied: unknown", "exec format error"))
            return NotRun(ExitCodes.NotExecutable, $"The command can't be executed in the image {plan.Image}: {text}");
        if (Says(text, "no command specified"))
            return NotRun(ExitCodes.NotFound, $"The image {plan.Image} names no command: give the step one.");
        if (Says(text, "could not select device driver"))
            return StepResult.Failed(FailureReason.Unschedulable, "The step asks for a GPU, and this engine can't give one: install the NVIDIA container toolkit on this node, or run the step on another.");
        if (Says(text, "port is already allocated", "address already in use"))
            return StepResult.Failed(FailureReason.Infrastructure, $"A port that the step publishes ({string.Join(", ", plan.Ports.Where(p => p.Host is not null).Select(p => p.Host))}) is taken on this node: {text}");
        if (Says(text, "range of cpus", "minimum memory limit"))
            return StepResult.Failed(FailureReason.Unschedulable, $"This node can't give what the step asks for: {text}");
        if (Says(text, "unable to find user", "no matching entries in passwd"))
            return NotRun(ExitCodes.NotExecutable, $"The image {plan.Image} has no user '{plan.User}'.");
        return StepResult.Failed(FailureReason.Infrastructure, $"The engine could not start the step: {text}");
    }

    /// <summary>Why an image could not be pulled, in a sentence: it isn't there, may not be had, or nobody answered.</summary>
    public static string DescribePull(string reference, DockerException e)
    {
        var host = ImageName.Parse(reference).Host;
        var text = e.Message;
        if (e.IsUnreachable)
            return $"The image {reference} could not be pulled: {text}";
        if (Says(text, "toomanyrequests", "rate limit"))
            return $"The image registry {host} refuses further pulls for now (rate limit): store a login with 'twin credential set image-registry {host}' (or 'docker login {host}' on this machine), or try later. {text}";
        if (IsRegistryAway(e))
            return $"The image {reference} is not on this node, and the engine can't reach the image registry {host}: check its network or proxy, or load the image with 'docker load'. {text}";
        if (Says(text, "denied", "unauthorized", "authentication required", "no basic auth"))
            return $"The image registry {host} has no image {reference}, or it may only be pulled with a login: 'twin credential set image-registry {host}' (or 'docker login {host}' on this machine). {text}";
        if (e.IsNotFound || Says(text, "not found", "manifest unknown", "unknown manifest", "name unknown"))
            return $"There is no image {reference}: check its name and tag. {text}";
        return $"The image {reference} could not be pulled: {text}";
    }

    /// <summary>Why an image could not be built: the engine's words, and what to do where they don't say it.</summary>
    public static string DescribeBuild(DockerException e)
    {
        var text = e.Message.TrimEnd('.');
        var hint =
            IsRegistryAway(e) ? "The image registry of a base image (FROM) can't be reached: check the network and DNS of this node"
            : Says(text, "denied", "unauthorized", "authentication required") ? "A base image (FROM) isn't there, or wants a login: 'twin credential set image-registry HOST'"
            : Says(text, "no matching manifest") ? "A base image (FROM) isn't made for this node's processor"
            : Says(text, "manifest unknown", "manifest for") ? "A base image (FROM) isn't there: check its name and tag in the Dockerfile"
            : Says(text, "toomanyrequests") ? "An image registry allows no more pulls for now: store a login with 'twin credential set image-registry HOST', or try later"
            : Says(text, "no space left") ? "The disk of the container engine is full: 'docker system prune' frees what isn't used"
            : Says(text, "non-zero code: 137") ? "The command was killed, most likely because memory ran out on this node"
            : Says(text, "non-zero code: 127") ? "The command isn't in the image: install it in an earlier instruction"
            : Says(text, "exec format error") ? "The base image (FROM) is made for another processor than this node's"
            : Says(text, "file not found in build context", "no such file or directory") && Says(text, "COPY", "ADD", "stat ") ? "The file isn't in the component's commit: is it committed, not ignored by .dockerignore, and not in a submodule or Git LFS"
            : null;
        return hint is null ? text : $"{text}. {hint}.";
    }

    /// <summary>Why an image could not be pushed, in a sentence.</summary>
    public static string DescribePush(string reference, DockerException e)
    {
        var host = ImageName.Parse(reference).Host;
        var hint = Says(e.Message, "denied", "unauthorized", "authentication required", "no basic auth", "insufficient_scope")
            ? $" It wants a login that may push there: 'twin credential set image-registry {host} --user NAME'." : "";
        return $"The image was built, but could not be pushed as {reference}: {e.Message.TrimEnd('.')}.{hint}";
    }

    /// <summary>Nobody answered for the image registry: later somebody may.</summary>
    public static bool IsRegistryAway(DockerException e) => Says(
        e.Message,
        "no such host", "dial tcp", "i/o timeout", "connection refused", "network is unreachable", "tls handshake", "client.timeout", "deadline exceeded", "server misbehaving");

    private static StepResult NotRun(int exitCode, string message) =>
        StepResult.Failed(FailureReason.ExitCode, message) with { ExitCode = exitCode };

    private static bool Says(string text, params ReadOnlySpan<string> parts)
    {
        foreach (var part in parts)
        {
            if (text.Contains(part, StringComparison.OrdinalIgnoreCase))
                return true;
        }
        return false;
    }

    private static SocketError? FindSocketError(Exception e)
    {
        for (Exception? inner = e; inner is not null; inner = inner.InnerException)
        {
            if (inner is SocketException socket)
                return socket.SocketErrorCode;
        }
        return null;
    }
}
