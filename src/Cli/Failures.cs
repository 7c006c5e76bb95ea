using System.Net;
using Twinrunner.Client;
using Twinrunner.Storage.Objects;
using Twinrunner.Storage.Transfer;

namespace Twinrunner.Cli;

/// <summary>Turns what a verb threw into an exit code and a message to act on.</summary>
internal static class Failures
{
    public static CliError Explain(Exception failure, CliContext context) => failure switch
    {
        CliError error => error,
        ServerUnreachableException unreachable => new(
            ExitCode.Unreachable, $"no server answers at {unreachable.Address}: {Reason(unreachable)}",
            "start one with `twin serve`, or name another with --server URL or TWIN_SERVER"),
        ApiException { Faults.Count: > 0 } refused => new(ExitCode.Usage, Listed(refused)),
        ApiException refused => new(CodeOf(refused.Status), refused.Message, NextOf(refused.Status)),
        TransferException stopped => new(ExitCode.NotFoundOrConflict, stopped.Message),
        ObjectStoreException refused => new(ExitCode.Trouble, refused.Message, "`twin doctor` checks the object store with the same settings"),
        UnauthorizedAccessException or IOException => new(ExitCode.Trouble, failure.Message, "check that the path exists, that you may use it, and that the disk has room"),
        _ => Unexpected(failure, context),
    };

    private static int CodeOf(HttpStatusCode status) => status switch
    {
        HttpStatusCode.NotFound or HttpStatusCode.Conflict or HttpStatusCode.Gone => ExitCode.NotFoundOrConflict,
        HttpStatusCode.ServiceUnavailable or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout => ExitCode.Unreachable,
        < HttpStatusCode.InternalServerError => ExitCode.Usage,
        _ => ExitCode.Trouble,
    };

    private static string? NextOf(HttpStatusCode status) => status switch
    {
        HttpStatusCode.Unauthorized => "set TWIN_TOKEN to a token of this server",
        HttpStatusCode.NotFound => "`twin ls` shows the executions, `twin component list` the components",
        HttpStatusCode.ServiceUnavailable => "`twin doctor` says what is missing",
        >= HttpStatusCode.InternalServerError => "the server's own log says more; `twin doctor` checks what it needs",
        _ => null,
    };

    private static string Listed(ApiException refused) =>
        string.Join(Environment.NewLine, refused.Faults.Select(fault => $"{fault.Where}: {fault.Message}").Prepend(refused.Message));

    private static string Reason(Exception failure)
    {
        while (failure.InnerException is { } inner)
            failure = inner;
        return failure is OperationCanceledException ? "it took too long" : failure.Message;
    }

    private static CliError Unexpected(Exception failure, CliContext context) => new(
        ExitCode.Trouble,
        string.IsNullOrEmpty(context.Environment("TWIN_DEBUG")) ? $"this should not have happened: {failure.GetType().Name}: {failure.Message}" : failure.ToString(),
        "run it again with TWIN_DEBUG=1 to see where, and report it");
}
