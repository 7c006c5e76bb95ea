using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Twinrunner.Client;
using Twinrunner.Runner.Attempts;
using Twinrunner.Runner.Components;
using Twinrunner.Runner.Credentials;
using Twinrunner.Runner.Images;
using Twinrunner.Runner.Import;
using Twinrunner.Runner.Logs;
using Twinrunner.Runner.Outputs;
using Twinrunner.Runner.Secrets;
using Twinrunner.Runner.Telemetry;
using Twinrunner.Runner.Tunnels;
using Twinrunner.Runner.Webhooks;
using Twinrunner.Runner.Zoos;

namespace Twinrunner.Runner.Api;

/// <summary>The REST interface below <c>/api/v1</c>.</summary>
public static class ApiSetup
{
    public const string Prefix = "/api/v1";

    /// <summary>Deeper JSON is refused; a parameter's value never needs it.</summary>
    public const int MaxJsonDepth = 32;

    /// <param name="makeDocument">Make the OpenAPI document from the endpoints, instead of giving the one that was checked in.</param>
    public static IServiceCollection AddApi(this IServiceCollection services, bool makeDocument)
    {
        services.AddRoutingCore();
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.Configure<JsonOptions>(options => Configure(options.SerializerOptions));
        services.AddSingleton<EventFollower>();
        services.AddSingleton<SubmissionReader>();
        return makeDocument ? services.AddApiDocumentMaker() : services;
    }

    /// <summary>What every request passes on its way in, outermost first.</summary>
    public static void UseApi(this WebApplication app)
    {
        app.UseMiddleware<ProblemMiddleware>();
        app.UseHealth();
        app.UseMiddleware<AccessMiddleware>();
        app.UseMiddleware<CharsetMiddleware>();
        app.UseWebSockets(new() { KeepAliveInterval = TimeSpan.FromSeconds(30), KeepAliveTimeout = TimeSpan.FromSeconds(30) });
        app.UseRouting();
        app.UseMiddleware<IdempotencyMiddleware>();
    }

    /// <param name="withFeatures">False: only whether the process is well can be asked.</param>
    /// <param name="makeDocument">As for <see cref="AddApi"/>.</param>
    public static void MapApi(this WebApplication app, bool withFeatures, bool makeDocument)
    {
        app.MapTelemetry();
        if (!withFeatures)
            return;
        if (makeDocument)
        {
            app.MapHealth();
            app.MapApiDocumentMaker();
        }
        else
        {
            app.MapApiDocument();
        }
        var api = app.MapGroup(Prefix);
        api.MapAttempts();
        api.MapExecutions();
        api.MapSteps();
        api.MapTunnels();
        api.MapLogs();
        api.MapOutputs();
        api.MapSecrets();
        api.MapCredentials();
        api.MapEvents();
        api.MapUsers();
        api.MapDigitalTwins();
        api.MapWorkflows();
        api.MapNodes();
        api.MapComponents();
        api.MapZoos();
        api.MapWebhooks();
        api.MapImages();
        api.MapImport();
    }

    private static void Configure(JsonSerializerOptions options)
    {
        options.TypeInfoResolverChain.Insert(0, WireJson.Default);
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        options.AllowDuplicateProperties = false;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        options.PropertyNameCaseInsensitive = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.MaxDepth = MaxJsonDepth;
    }
}
