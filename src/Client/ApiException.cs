using System.Net;

namespace Twinrunner.Client;

/// <summary>The server answered with an error. <see cref="Problem"/> is what it said.</summary>
public sealed class ApiException(HttpStatusCode status, ProblemView problem) : Exception(Sentence(status, problem))
{
    public HttpStatusCode Status { get; } = status;

    /// <summary>The server's words; made up from the status when the answer came from something else (a proxy).</summary>
    public ProblemView Problem { get; } = problem;

    /// <summary>Where exactly the request is wrong; may be empty.</summary>
    public IReadOnlyList<FaultView> Faults => Problem.Faults ?? [];

    private static string Sentence(HttpStatusCode status, ProblemView problem) =>
        problem.Detail ?? problem.Title ?? $"The server answered {(int)status} ({status}).";
}

/// <summary>No server answers at the address.</summary>
public sealed class ServerUnreachableException(Uri address, Exception? inner = null)
    : Exception($"No server answers at {address}: {inner?.Message ?? "the connection failed"}", inner)
{
    public Uri Address { get; } = address;
}
