using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Twinrunner.Client;
using Twinrunner.Runner.Executions;
using Twinrunner.Runner.Twins;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Runner.Api;

/// <summary>Reads what to run: as JSON with the file in it, or as the file itself with the rest in the query.</summary>
internal sealed class SubmissionReader(DigitalTwins twins, DigitalTwinStore twinStore)
{
    public const string Description =
        "Send JSON, or the workflow file itself as application/yaml; then the other members are query parameters "
        + "(title, digitalTwin, noCache, priority, sourceName, and parameter=NAME=VALUE and label=NAME=VALUE as often as needed).";

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>What was sent, or the problem with it.</summary>
    /// <param name="createTwin">A digital twin that is named and isn't there is made.</param>
    public async Task<(SubmitRequest? Request, Problem? Problem)> ReadAsync(HttpRequest request, bool createTwin, CancellationToken cancellationToken)
    {
        var faults = new List<FaultView>();
        SubmitExecution? sent;
        if (IsYaml(request))
        {
            if (await ReadTextAsync(request, cancellationToken) is not { } spec)
                return (null, Problem.InvalidRequest("The body is not UTF-8."));
            sent = FromQuery(spec, request.Query, faults);
        }
        else if (request.HasJsonContentType())
        {
            sent = await ReadJsonAsync<SubmitExecution>(request, cancellationToken);
        }
        else
        {
            return (null, Problem.UnsupportedMediaType("Send a workflow as 'Content-Type: application/yaml', or JSON as 'application/json'."));
        }
        var submit = await ToRequestAsync(sent, createTwin, faults, cancellationToken);
        return faults.Count > 0 ? (null, Problem.InvalidRequest(faults)) : (submit, null);
    }

    /// <summary>The request for the service; further faults are added to <paramref name="faults"/>.</summary>
    public async Task<SubmitRequest> ToRequestAsync(SubmitExecution sent, bool createTwin, List<FaultView> faults, CancellationToken cancellationToken)
    {
        if (sent.Title is { } title && Names.Check("title", title) is { } fault)
            faults.Add(fault);
        // Nothing is made for a request that is refused for something else.
        var twin = sent.DigitalTwin is { } named
            ? await ResolveAsync(named, createTwin && faults.Count == 0, faults, cancellationToken)
            : null;
        return new SubmitRequest(sent.Spec)
        {
            SourceName = sent.SourceName,
            Title = sent.Title,
            Parameters = sent.Parameters,
            Labels = sent.Labels,
            DigitalTwin = twin,
            NoCache = sent.NoCache,
            Priority = sent.Priority,
        };
    }

    /// <summary>A JSON body; what is wrong with it is thrown as the exception that becomes a problem with its place.</summary>
    public static async Task<T> ReadJsonAsync<T>(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await request.ReadFromJsonAsync<T>(cancellationToken) ?? throw new JsonException("the body is null");
        }
        catch (JsonException exception)
        {
            throw new JsonRequestException(exception);
        }
    }

    public static bool IsYaml(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && type.MediaType.Value is { } name
        && (name.EndsWith("/yaml", StringComparison.OrdinalIgnoreCase) || name.EndsWith("/x-yaml", StringComparison.OrdinalIgnoreCase));

    /// <summary>The body as text; null: it isn't UTF-8.</summary>
    public static async Task<string?> ReadTextAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, cancellationToken);
        try
        {
            return StrictUtf8.GetString(body.GetBuffer().AsSpan(0, (int)body.Length)).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private async Task<Id<DigitalTwin>?> ResolveAsync(string named, bool create, List<FaultView> faults, CancellationToken cancellationToken)
    {
        if (Id<DigitalTwin>.TryParse(named, null, out var id))
        {
            if (await twinStore.GetAsync(id, cancellationToken) is null)
                faults.Add(new(0, 0, "digitalTwin", $"there is no digital twin '{id}'"));
            return id;
        }
        if (Names.Check("digitalTwin", named) is { } fault)
        {
            faults.Add(fault);
            return null;
        }
        return create ? (await twins.EnsureAsync(named, cancellationToken)).Id : (await twins.FindAsync(named, cancellationToken))?.Id;
    }

    private static SubmitExecution FromQuery(string spec, IQueryCollection query, List<FaultView> faults)
    {
        foreach (var name in query.Keys.Except(["title", "digitalTwin", "noCache", "priority", "sourceName", "parameter", "label"]))
            faults.Add(new(0, 0, name, "is no query parameter of this request"));
        var noCache = false;
        if (query["noCache"] is [{ } cache] && !bool.TryParse(cache, out noCache))
            faults.Add(new(0, 0, "noCache", "expected true or false"));
        var priority = 0;
        if (query["priority"] is [{ } number] && !int.TryParse(number, out priority))
            faults.Add(new(0, 0, "priority", "expected a whole number"));
        return new()
        {
            Spec = spec,
            SourceName = query["sourceName"],
            Title = query["title"],
            DigitalTwin = query["digitalTwin"],
            NoCache = noCache,
            Priority = query.ContainsKey("priority") ? priority : null,
            Parameters = Pairs("parameter", query, faults).ToDictionary(pair => pair.Key, pair => JsonSerializer.SerializeToElement(pair.Value, WireJson.Default.String)),
            Labels = Pairs("label", query, faults),
        };
    }

    private static Dictionary<string, string> Pairs(string parameter, IQueryCollection query, List<FaultView> faults)
    {
        var pairs = new Dictionary<string, string>();
        foreach (var text in query[parameter])
        {
            var equals = text!.IndexOf('=');
            if (equals <= 0)
                faults.Add(new(0, 0, parameter, $"'{text}' is not NAME=VALUE"));
            else if (!pairs.TryAdd(text[..equals], text[(equals + 1)..]))
                faults.Add(new(0, 0, parameter, $"'{text[..equals]}' is given twice"));
        }
        return pairs;
    }
}
