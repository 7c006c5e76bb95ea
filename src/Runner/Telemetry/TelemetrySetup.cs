using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace Twinrunner.Runner.Telemetry;

public static class TelemetrySetup
{
    /// <summary>Variable of OpenTelemetry's own; the others of its specification hold as well (https://opentelemetry.io/docs/specs/otel/protocol/exporter/).</summary>
    private const string CollectorVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Metrics for Prometheus at <c>/metrics</c>, and to an OpenTelemetry collector where one is named.</summary>
    public static IServiceCollection AddTelemetry(this IServiceCollection services, Func<string, string?> environment)
    {
        services.AddMetrics();
        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("twinrunner"))
            .WithMetrics(metrics =>
            {
                metrics.AddMeter("Twinrunner.*", "Microsoft.AspNetCore.Hosting").AddPrometheusExporter();
                if (environment(CollectorVariable) is { Length: > 0 })
                    metrics.AddOtlpExporter();
            });
        return services;
    }

    public static void MapTelemetry(this IEndpointRouteBuilder app) =>
        app.MapPrometheusScrapingEndpoint("/metrics");
}
